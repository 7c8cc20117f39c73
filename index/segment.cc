#include "index/segment.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "index/segment_writer.h"

namespace temblor {

Result<std::shared_ptr<const Segment>> Segment::open(const std::string& path, Residency residency) {
    TEMBLOR_ASSIGN_OR_RETURN(ResidentBytes file, open_resident(path, residency));
    return open_bytes(std::move(file.owner), file.bytes, path);
}

Result<std::shared_ptr<const Segment>> Segment::open_bytes(std::shared_ptr<const void> owner,
                                                           std::span<const std::byte> bytes,
                                                           const std::string& name) {
    if (reinterpret_cast<uintptr_t>(bytes.data()) % kSectionAlignment != 0) {
        return Status::invalid_argument(name + ": the bytes of a segment must be aligned to 64");
    }
    auto segment = std::make_shared<Segment>();
    segment->path_ = name;
    const auto parsed = [&]() -> Status {
        TEMBLOR_ASSIGN_OR_RETURN(segment->file_, SectionFile::open_bytes(std::move(owner), bytes));
        return segment->parse();
    };
    TEMBLOR_RETURN_IF_ERROR(parsed().with_context(name));
    return std::shared_ptr<const Segment>(std::move(segment));
}

Status Segment::parse_meta() {
    SegmentMeta meta;
    if (!file_.section(SectionKind::kDenseMeta).empty())
        return Status::invalid_argument("a segment of dense vectors, expected one of sparse ones");
    const auto stored = file_.section(SectionKind::kMeta);
    if (stored.size() != sizeof(meta)) {
        return Status::corruption("section meta: " + std::to_string(stored.size()) +
                                  " bytes, expected " + std::to_string(sizeof(meta)));
    }
    std::memcpy(&meta, stored.data(), sizeof(meta));
    const auto wrong = [](const char* field) {
        return Status::corruption(std::string("section meta: field ") + field + " is out of range");
    };
    if (meta.rows >= UINT32_MAX) return wrong("rows");
    if (meta.forward < 1 || meta.forward > 3) return wrong("forward");
    if (meta.pruning < 1 || meta.pruning > 2) return wrong("pruning");
    if (meta.id_kind > static_cast<uint32_t>(IdKind::kString)) return wrong("id_kind");
    if (meta.wide > 1 || (meta.wide == 1) != (meta.components > ComponentMap::kIdentityLimit)) {
        return wrong("wide");
    }
    if (meta.components > meta.dim && meta.components > 1) return wrong("components");
    if (!std::isfinite(meta.scale) || meta.scale < 0) return wrong("scale");
    if (meta.max_record_nnz > meta.components) return wrong("max_record_nnz");
    rows_ = meta.rows;
    dim_ = meta.dim;
    nnz_ = meta.nnz;
    max_blocks_ = meta.max_blocks;
    max_document_nnz_ = static_cast<uint32_t>(meta.max_record_nnz);
    id_kind_ = static_cast<IdKind>(meta.id_kind);
    parameters_.pruning = static_cast<PruningKind>(meta.pruning);
    parameters_.n_postings = meta.n_postings;
    parameters_.max_fraction = meta.max_fraction;
    parameters_.centroid_fraction = meta.centroid_fraction;
    parameters_.summary_energy = meta.summary_energy;
    parameters_.min_cluster_size = meta.min_cluster_size;
    parameters_.doc_cut = meta.doc_cut;
    parameters_.forward = static_cast<ForwardKind>(meta.forward);
    parameters_.seed = meta.seed;
    shape_ = {parameters_.forward, meta.wide == 1, rows_, meta.components, meta.scale};
    return Status::ok();
}

Status Segment::parse() {
    for (const SectionEntry& e : file_.table())
        sections_.push_back({section_name(e.kind), e.offset, e.bytes});
    // The others are judged by it, so its damage would be told of them.
    TEMBLOR_RETURN_IF_ERROR(file_.check(SectionKind::kMeta));
    TEMBLOR_RETURN_IF_ERROR(parse_meta());

    TEMBLOR_ASSIGN_OR_RETURN(const auto stored, file_.array<uint32_t>(SectionKind::kComponents));
    TEMBLOR_ASSIGN_OR_RETURN(components_,
                             ComponentMap::open(stored.empty() ? shape_.components : dim_, stored));
    if (components_.size() != shape_.components) {
        return Status::corruption("section components: " + std::to_string(components_.size()) +
                                  " components, meta says " + std::to_string(shape_.components));
    }
    TEMBLOR_ASSIGN_OR_RETURN(const auto places, file_.array<Place>(SectionKind::kPlaces));
    TEMBLOR_ASSIGN_OR_RETURN(
        forward_, ForwardStore::open(shape_, places, file_.section(SectionKind::kRecords),
                                     file_.section(SectionKind::kRecordLow)));
    TEMBLOR_ASSIGN_OR_RETURN(
        lists_, BlockedLists::open(shape_.components, file_.section(SectionKind::kLists),
                                   file_.section(SectionKind::kPostings),
                                   file_.section(SectionKind::kBlocks),
                                   file_.section(SectionKind::kSummaries)));
    TEMBLOR_ASSIGN_OR_RETURN(ids_, DocumentIds::from_bytes(file_.owner(), id_kind_, rows_,
                                                           file_.section(SectionKind::kIds)));
    if (const auto bytes = file_.section(SectionKind::kVocabulary); !bytes.empty()) {
        TEMBLOR_ASSIGN_OR_RETURN(vocabulary_, Vocabulary::from_bytes(file_.owner(), bytes));
    }
    if (const auto bytes = file_.section(SectionKind::kPayloads); !bytes.empty()) {
        TEMBLOR_ASSIGN_OR_RETURN(payloads_, Payloads::from_bytes(file_.owner(), bytes));
        if (payloads_.count() != rows_)
            return Status::corruption("section payloads: count is not the documents'");
    }
    if (const auto bytes = file_.section(SectionKind::kEncoder); !bytes.empty()) {
        encoder_.config_json.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        TEMBLOR_ASSIGN_OR_RETURN(const auto weights,
                                 file_.array<float>(SectionKind::kEncoderWeights));
        encoder_.query_weights.assign(weights.begin(), weights.end());
    }
    TEMBLOR_ASSIGN_OR_RETURN(calibration_,
                             parse_calibration(file_.section(SectionKind::kCalibration)));
    return Status::ok();
}

uint64_t Segment::document_frequency(uint32_t component) const {
    const auto list = components_.internal(component);
    if (!list || *list >= lists_.size()) return 0;
    const ListRecord& record = lists_.record(*list);
    return uint64_t{record.postings} + record.pruned;
}

Result<SparseVector> Segment::vector(uint64_t row) const {
    SparseVector v;
    TEMBLOR_RETURN_IF_ERROR(forward_.read_row(row, v).with_context(path_));
    for (uint32_t& c : v.components) c = components_.original(c);
    return v;
}

Status Segment::verify(Progress& progress) const {
    const auto checked = [&]() -> Status {
        TEMBLOR_RETURN_IF_ERROR(file_.verify(progress));
        TEMBLOR_RETURN_IF_ERROR(components_.validate());
        TEMBLOR_RETURN_IF_ERROR(ids_.validate().with_context("section ids"));
        TEMBLOR_RETURN_IF_ERROR(vocabulary_.validate().with_context("section vocabulary"));
        TEMBLOR_RETURN_IF_ERROR(payloads_.validate().with_context("section payloads"));
        TEMBLOR_RETURN_IF_ERROR(forward_.validate());
        return lists_.validate(forward_.place_limit());
    };
    return checked().with_context(path_);
}

Status store_calibration(const std::string& path, std::span<const CalibrationFrontier> frontiers) {
    TEMBLOR_ASSIGN_OR_RETURN(const SectionFile file, SectionFile::open(path));
    const auto copied = [&]() -> Status {
        TEMBLOR_ASSIGN_OR_RETURN(auto writer, SegmentWriter::create(path));
        for (const SectionEntry& e : file.table()) {
            if (e.kind == SectionKind::kCalibration) continue;
            TEMBLOR_RETURN_IF_ERROR(file.check(e.kind));
            TEMBLOR_RETURN_IF_ERROR(writer->add(e.kind, file.section(e.kind)));
        }
        TEMBLOR_RETURN_IF_ERROR(
            writer->add(SectionKind::kCalibration, serialize_calibration(frontiers)));
        return writer->finish();
    };
    return copied().with_context(path);
}

}  // namespace temblor
