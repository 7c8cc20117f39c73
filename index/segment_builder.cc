#include "index/segment_builder.h"

#include <algorithm>
#include <chrono>
#include <numeric>

#include <omp.h>

#include "index/clustering.h"
#include "index/component_map.h"
#include "index/forward_store.h"
#include "index/list_builder.h"
#include "index/segment_writer.h"
#include "index/static_pruning.h"

namespace temblor {
namespace {

constexpr uint64_t kBatchPostings =
    1 << 20;  // lists under way hold about this many postings together

/// OpenMP's thread count for as long as it lives.
class ThreadCount {
public:
    explicit ThreadCount(uint32_t threads) : before_(omp_get_max_threads()) {
        if (threads > 0) omp_set_num_threads(static_cast<int>(threads));
    }
    ~ThreadCount() { omp_set_num_threads(before_); }
    ThreadCount(const ThreadCount&) = delete;
    ThreadCount& operator=(const ThreadCount&) = delete;

private:
    int before_;
};

Status cancelled() { return Status::cancelled("the build was interrupted; no file was written"); }

Status check_contents(const SegmentContents& contents) {
    const uint64_t rows = contents.vectors.rows();
    if (rows >= UINT32_MAX) {
        return Status::resource_exhausted("documents: " + std::to_string(rows) +
                                          ", a segment holds at most 2^32 - 2");
    }
    if (contents.ids.count() != rows) {
        return Status::invalid_argument("ids: " + std::to_string(contents.ids.count()) + " for " +
                                        std::to_string(rows) + " documents");
    }
    if (!contents.payloads.empty() && contents.payloads.count() != rows) {
        return Status::invalid_argument("payloads: " + std::to_string(contents.payloads.count()) +
                                        " for " + std::to_string(rows) + " documents");
    }
    if (contents.vectors.dim() > (uint64_t{1} << 32)) {
        return Status::resource_exhausted("components: over 2^32");
    }
    return contents.vectors.validate(ValueRule::kNonNegative);
}

/// The vectors over internal components: the same arrays where both agree, else a copy.
Result<SparseDataset> to_internal(const SparseDataset& vectors,
                                  const std::vector<uint32_t>& occurring) {
    if (occurring.empty()) return vectors;
    auto components = std::make_shared<std::vector<uint32_t>>(vectors.nnz());
    const auto original = vectors.components();
#pragma omp parallel for schedule(static)
    for (uint64_t i = 0; i < original.size(); ++i) {
        (*components)[i] = static_cast<uint32_t>(
            std::lower_bound(occurring.begin(), occurring.end(), original[i]) - occurring.begin());
    }
    const std::span<const uint32_t> view(*components);
    return SparseDataset::from_views(std::move(components), vectors.offsets(), view,
                                     vectors.values(), occurring.size());
}

Status write_forward(const SparseDataset& vectors, ForwardWriter& forward, SegmentWriter& writer,
                     Progress& progress) {
    std::vector<std::byte> records;
    std::vector<std::byte> low;
    std::vector<std::byte> all_low;
    TEMBLOR_RETURN_IF_ERROR(writer.begin(SectionKind::kRecords));
    constexpr size_t kChunk = 4 << 20;
    for (uint64_t r = 0; r < vectors.rows(); ++r) {
        TEMBLOR_RETURN_IF_ERROR(forward.append(vectors.row(r), records, all_low));
        if (records.size() >= kChunk) {
            if (progress.cancelled()) return cancelled();
            progress.report("documents", r + 1, vectors.rows());
            TEMBLOR_RETURN_IF_ERROR(writer.append(records));
            records.clear();
        }
    }
    records.resize(records.size() + ForwardShape::kSlack);
    TEMBLOR_RETURN_IF_ERROR(writer.append(records));
    TEMBLOR_RETURN_IF_ERROR(writer.add(SectionKind::kRecordLow, all_low));
    return writer.add_array<Place>(SectionKind::kPlaces, forward.places());
}

/// Lists go through in batches: built in any order by all threads, appended in order.
class ListsWriter {
public:
    ListsWriter(const SparseDataset& vectors, const BuildParameters& parameters,
                std::span<const Place> places)
        : vectors_(vectors),
          parameters_(parameters),
          places_(places),
          pruned_(prune_lists(vectors, static_cast<uint32_t>(vectors.dim()), parameters)),
          heavy_(vectors, parameters.doc_cut) {
        for (int t = 0; t < omp_get_max_threads(); ++t) {
            builders_.push_back(std::make_unique<ListBuilder>(
                vectors_, heavy_, static_cast<uint32_t>(vectors_.dim()), parameters_));
        }
    }

    Status write(SegmentWriter& writer, Progress& progress, BuildReport& report) {
        const auto lists = static_cast<uint32_t>(vectors_.dim());
        const uint64_t total = pruned_.rows.size();
        postings_.reserve(total);
        records_.reserve(lists);
        TEMBLOR_RETURN_IF_ERROR(writer.begin(SectionKind::kSummaries));
        uint64_t summaries = 0;
        for (uint32_t begin = 0; begin < lists;) {
            uint32_t end = begin;
            while (end < lists && pruned_.offsets[end] - pruned_.offsets[begin] < kBatchPostings)
                ++end;
            if (!build_batch(begin, end, progress)) return cancelled();
            for (uint32_t l = begin; l < end; ++l) {
                BuiltList& built = batch_[l - begin];
                append(l, built, summaries, report);
                TEMBLOR_RETURN_IF_ERROR(writer.append(built.summaries));
                summaries += built.summaries.size();
                built = BuiltList{};
            }
            progress.report("postings", postings_.size(), total);
            begin = end;
        }
        const std::vector<std::byte> slack(kSummarySlack);
        TEMBLOR_RETURN_IF_ERROR(writer.append(slack));
        TEMBLOR_RETURN_IF_ERROR(writer.add_array<ListRecord>(SectionKind::kLists, records_));
        TEMBLOR_RETURN_IF_ERROR(writer.add_array<Place>(SectionKind::kPostings, postings_));
        return writer.add_array<BlockRecord>(SectionKind::kBlocks, blocks_);
    }
    [[nodiscard]] uint32_t max_blocks() const { return max_blocks_; }

private:
    bool build_batch(uint32_t begin, uint32_t end, Progress& progress) {
        batch_.resize(end - begin);
        order_.resize(end - begin);
        std::iota(order_.begin(), order_.end(), begin);
        // Longest first, so that no thread is left alone with a long list at the end.
        std::sort(order_.begin(), order_.end(), [&](uint32_t a, uint32_t b) {
            const size_t na = pruned_.list(a).size();
            const size_t nb = pruned_.list(b).size();
            return na != nb ? na > nb : a < b;
        });
        bool stop = false;
#pragma omp parallel for schedule(dynamic, 4)
        for (size_t i = 0; i < order_.size(); ++i) {
            if (progress.cancelled()) {
#pragma omp atomic write
                stop = true;
                continue;
            }
            const uint32_t l = order_[i];
            builders_[static_cast<size_t>(omp_get_thread_num())]->build(l, pruned_.list(l),
                                                                        batch_[l - begin]);
        }
        return !stop;
    }

    void append(uint32_t list, const BuiltList& built, uint64_t summaries, BuildReport& report) {
        ListRecord record = built.record;
        record.postings_begin = postings_.size();
        record.blocks_begin = blocks_.size();
        record.summaries_begin = summaries;
        record.pruned = pruned_.pruned[list];
        record.max_value = pruned_.max_value[list];
        records_.push_back(record);
        for (const uint32_t row : built.rows) postings_.push_back(places_[row]);
        blocks_.insert(blocks_.end(), built.blocks.begin(), built.blocks.end());
        max_blocks_ = std::max(max_blocks_, record.blocks);
        report.lists += record.postings > 0 ? 1 : 0;
        report.postings += record.postings;
        report.blocks += record.blocks;
        report.summary_entries += record.entries;
    }

    const SparseDataset& vectors_;
    const BuildParameters& parameters_;
    std::span<const Place> places_;
    PrunedLists pruned_;
    HeavyEntries heavy_;
    std::vector<std::unique_ptr<ListBuilder>> builders_;
    std::vector<BuiltList> batch_;
    std::vector<uint32_t> order_;
    std::vector<ListRecord> records_;
    std::vector<Place> postings_;
    std::vector<BlockRecord> blocks_;
    uint32_t max_blocks_ = 0;
};

}  // namespace

Result<BuildReport> build_segment(const SegmentContents& contents,
                                  const BuildParameters& parameters, const std::string& path,
                                  Progress& progress, FileSystem& file_system) {
    const auto start = std::chrono::steady_clock::now();
    const ThreadCount threads(parameters.threads);
    TEMBLOR_RETURN_IF_ERROR(parameters.validate());
    TEMBLOR_RETURN_IF_ERROR(check_contents(contents));
    std::vector<uint32_t> occurring;
    const uint64_t dim = std::max<uint64_t>(contents.vectors.dim(), contents.vocabulary.size());
    if (contents.vectors.dim() > ComponentMap::kIdentityLimit) {
        occurring = occurring_components(contents.vectors);
        if (occurring.empty()) occurring.push_back(0);
    }
    TEMBLOR_ASSIGN_OR_RETURN(const SparseDataset vectors, to_internal(contents.vectors, occurring));
    TEMBLOR_ASSIGN_OR_RETURN(auto writer, SegmentWriter::create(path, file_system));

    float max_value = 0;
    for (const float v : vectors.values()) max_value = std::max(max_value, v);
    const auto components = static_cast<uint32_t>(vectors.dim());
    ForwardWriter forward(parameters.forward, components > ComponentMap::kIdentityLimit,
                          vectors.rows(), components, max_value);
    TEMBLOR_RETURN_IF_ERROR(write_forward(vectors, forward, *writer, progress));

    BuildReport report;
    report.documents = vectors.rows();
    report.nnz = vectors.nnz();
    if (progress.cancelled()) return cancelled();
    progress.report("pruning", 0, vectors.nnz());
    ListsWriter lists(vectors, parameters, forward.places());
    TEMBLOR_RETURN_IF_ERROR(lists.write(*writer, progress, report));

    if (!occurring.empty()) {
        TEMBLOR_RETURN_IF_ERROR(writer->add_array<uint32_t>(SectionKind::kComponents, occurring));
    }
    TEMBLOR_RETURN_IF_ERROR(writer->add(SectionKind::kIds, contents.ids.serialize()));
    if (!contents.vocabulary.empty()) {
        TEMBLOR_RETURN_IF_ERROR(
            writer->add(SectionKind::kVocabulary, contents.vocabulary.serialize()));
    }
    if (!contents.encoder.config_json.empty()) {
        const std::span<const char> config(contents.encoder.config_json);
        TEMBLOR_RETURN_IF_ERROR(writer->add_array<char>(SectionKind::kEncoder, config));
        TEMBLOR_RETURN_IF_ERROR(
            writer->add_array<float>(SectionKind::kEncoderWeights, contents.encoder.query_weights));
    }
    if (!contents.payloads.empty()) {
        TEMBLOR_RETURN_IF_ERROR(writer->add(SectionKind::kPayloads, contents.payloads.bytes()));
    }
    SegmentMeta meta;
    meta.rows = vectors.rows();
    meta.dim = components > ComponentMap::kIdentityLimit ? contents.vectors.dim() : dim;
    meta.nnz = vectors.nnz();
    meta.seed = parameters.seed;
    meta.max_fraction = parameters.max_fraction;
    meta.centroid_fraction = parameters.centroid_fraction;
    meta.summary_energy = parameters.summary_energy;
    meta.components = components;
    meta.n_postings = parameters.n_postings;
    meta.min_cluster_size = parameters.min_cluster_size;
    meta.doc_cut = parameters.doc_cut;
    meta.pruning = static_cast<uint32_t>(parameters.pruning);
    meta.forward = static_cast<uint32_t>(parameters.forward);
    meta.wide = forward.shape().wide ? 1 : 0;
    meta.id_kind = static_cast<uint32_t>(contents.ids.kind());
    meta.scale = forward.shape().scale;
    meta.max_blocks = lists.max_blocks();
    for (uint64_t r = 0; r < vectors.rows(); ++r) {
        meta.max_record_nnz = std::max<uint64_t>(meta.max_record_nnz, vectors.row(r).nnz());
    }
    TEMBLOR_RETURN_IF_ERROR(writer->add(SectionKind::kMeta, std::as_bytes(std::span(&meta, 1))));
    TEMBLOR_RETURN_IF_ERROR(writer->add(SectionKind::kCalibration, {}));
    if (progress.cancelled()) return cancelled();
    TEMBLOR_RETURN_IF_ERROR(writer->finish());
    report.bytes = writer->bytes();
    report.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return report;
}

}  // namespace temblor
