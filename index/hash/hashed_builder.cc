#include <algorithm>
#include <atomic>
#include <cmath>
#include <new>
#include <numeric>
#include <string>
#include <vector>

#include <omp.h>

#include "data/half_float.h"
#include "data/splitmix.h"
#include "index/hash/cells.h"
#include "index/hash/document_coder.h"
#include "index/hash/hash_meta.h"
#include "index/hash/hashed_lists.h"

namespace temblor {
namespace {

/// Code books and rotations learn from so many residuals.
constexpr size_t kSampledResiduals = 1 << 16;
constexpr uint32_t kGroup = CodeShape::kGroup;
/// Dimensions a subspace of the summaries' code.
constexpr uint32_t kSummaryWidth = 3;

class HashedBuilder {
public:
    HashedBuilder(std::span<const float> vectors, uint32_t dim, Distance distance,
                  std::span<const uint32_t> row_numbers, const HashParameters& parameters,
                  const HashTraining& training, Progress& progress)
        : space_(dim, distance),
          count_(vectors.size() / dim),
          row_numbers_(row_numbers),
          parameters_(parameters.resolved(count_)),
          training_(training),
          progress_(progress) {
        space_.fit(vectors);
        mapped_ = space_.map_documents(vectors);
        inner_ = space_.inner_dim();
    }

    Status build(SegmentWriter& writer, uint64_t row_limit) {
        TEMBLOR_ASSIGN_OR_RETURN(cells_,
                                 train_cells(mapped_, inner_, parameters_, assignment_, progress_));
        TEMBLOR_RETURN_IF_ERROR(turn());
        order_blocks();
        promise();
        TEMBLOR_RETURN_IF_ERROR(train_summaries());
        TEMBLOR_RETURN_IF_ERROR(train_documents());
        TEMBLOR_RETURN_IF_ERROR(write_codes(writer));
        TEMBLOR_RETURN_IF_ERROR(write_lists(writer));
        TEMBLOR_RETURN_IF_ERROR(
            writer.add_array<uint16_t>(SectionKind::kListCentroids, half_lists_));
        const CodeBook& book = documents_.book();
        std::vector<float> books(book.entries().begin(), book.entries().end());
        books.insert(books.end(), summaries_.entries().begin(), summaries_.entries().end());
        TEMBLOR_RETURN_IF_ERROR(writer.add_array<float>(SectionKind::kCodeBooks, books));
        TEMBLOR_RETURN_IF_ERROR(writer.add_array<float>(SectionKind::kRotation, space_.rotation()));
        return write_meta(writer, row_limit);
    }

private:
    /// Centroids are stored as half floats; residuals are taken to what is stored.
    static std::vector<uint16_t> round_to_halves(std::vector<float>& values) {
        std::vector<uint16_t> halves(values.size());
        for (size_t i = 0; i < halves.size(); ++i) {
            halves[i] = float_to_half(std::clamp(values[i], -kLargestHalf, kLargestHalf));
            values[i] = half_to_float(halves[i]);
        }
        return halves;
    }

    [[nodiscard]] HashedRows rows() const {
        return {space_, mapped_, cells_, member_begins_, members_};
    }

    /// Residuals of sampled rows to their nearest cells.
    [[nodiscard]] std::vector<float> sample_residuals() const {
        const size_t n = std::min(count_, kSampledResiduals);
        std::vector<float> out(n * inner_);
        SplitMix random(parameters_.seed);
        for (size_t i = 0; i < n; ++i) {
            const size_t row = n == count_ ? i : random.below(count_);
            // Any of its cells: codes are made for all of them.
            const size_t which = random.below(assignment_.each);
            uint32_t cell = assignment_.cells[row * assignment_.each + which];
            if (cell == CellAssignment::kNoCell) cell = assignment_.cells[row * assignment_.each];
            rows().residual(row, cell, std::span(out).subspan(i * inner_, inner_));
        }
        return out;
    }

    Status turn() {
        if (parameters_.rotation == Rotation::kNone) return Status::ok();
        if (training_.codes_from != nullptr && !parameters_.fit_ranking) {
            const auto rotation = training_.codes_from->space().rotation();
            turn_by({rotation.begin(), rotation.end()});
            return Status::ok();
        }
        progress_.report("rotation", 0, 0);
        const std::vector<float> sample = sample_residuals();
        const uint32_t dim = space_.dim();
        std::vector<float> plain(sample.size() / inner_ * dim);
        for (size_t i = 0; i < sample.size() / inner_; ++i)
            std::copy_n(sample.data() + i * inner_, dim, plain.data() + i * dim);
        TEMBLOR_ASSIGN_OR_RETURN(auto matrix, train_rotation(parameters_.rotation, plain, dim,
                                                             (dim + parameters_.code_width - 1) /
                                                                 parameters_.code_width));
        turn_by(std::move(matrix));
        return Status::ok();
    }
    void turn_by(std::vector<float> matrix) {
        space_.set_rotation(std::move(matrix));
        space_.rotate(mapped_);
        space_.rotate(cells_.centroids);
        space_.rotate(cells_.lists);
    }

    /// Learns the summaries' code and moves every cell to where its code says it is, so that a
    /// block's own score is known from its summary alone.
    Status train_summaries() {
        progress_.report("code books", 0, 2);
        std::vector<float> rests(cells_.centroids.size());
        for (uint32_t l = 0; l < cells_.list_count(); ++l) {
            for (uint32_t c = cells_.list_begins[l]; c < cells_.list_begins[l + 1]; ++c)
                cell_residual(l, c, std::span(rests).subspan(size_t{c} * inner_, inner_));
        }
        const CodeShape shape{CodeKind::kProduct4, inner_, kSummaryWidth};
        if (training_.codes_from != nullptr && !parameters_.fit_ranking) {
            summaries_ = training_.codes_from->summaries();
        } else {
            TEMBLOR_ASSIGN_OR_RETURN(summaries_, CodeBook::train(shape, rests, parameters_.seed));
        }
        summary_codes_.resize(size_t{cells_.cell_count()} * shape.subspaces());
#pragma omp parallel for schedule(static)
        for (uint32_t l = 0; l < cells_.list_count(); ++l) {
            std::vector<float> decoded(inner_);
            const auto coarse = cells_.list(l);
            for (uint32_t c = cells_.list_begins[l]; c < cells_.list_begins[l + 1]; ++c) {
                const auto codes = std::span(summary_codes_)
                                       .subspan(size_t{c} * shape.subspaces(), shape.subspaces());
                summaries_.encode(std::span(rests).subspan(size_t{c} * inner_, inner_), codes);
                summaries_.decode(codes, decoded);
                float* centroid = cells_.centroids.data() + size_t{c} * inner_;
                for (uint32_t d = 0; d < inner_; ++d) centroid[d] = coarse[d] + decoded[d];
                if (space_.distance() == Distance::kEuclid) {
                    centroid[inner_ - 1] -= scales_[c];
                } else {
                    for (uint32_t d = 0; d < inner_; ++d) centroid[d] /= scales_[c];
                }
            }
        }
        summary_vectors_ = {};
        return progress_.cancelled() ? interrupted() : Status::ok();
    }
    Status train_documents() {
        progress_.report("code books", 1, 2);
        TEMBLOR_ASSIGN_OR_RETURN(
            documents_,
            DocumentCoder::train(rows(), sample_residuals(), parameters_, training_, progress_));
        return progress_.cancelled() ? interrupted() : Status::ok();
    }
    void cell_residual(uint32_t list, uint32_t cell, std::span<float> out) const {
        const auto coarse = cells_.list(list);
        const float* summary = summary_vectors_.data() + size_t{cell} * inner_;
        for (uint32_t d = 0; d < inner_; ++d) out[d] = summary[d] - coarse[d];
    }

    /// Which rows stand in each cell, ascending, and where blocks begin among all postings.
    void order_blocks() {
        member_begins_.assign(size_t{cells_.cell_count()} + 1, 0);
        for (const uint32_t cell : assignment_.cells)
            if (cell != CellAssignment::kNoCell) ++member_begins_[size_t{cell} + 1];
        std::partial_sum(member_begins_.begin(), member_begins_.end(), member_begins_.begin());
        members_.resize(member_begins_.back());
        std::vector<uint64_t> next(member_begins_.begin(), member_begins_.end() - 1);
        for (size_t row = 0; row < count_; ++row) {
            for (uint32_t a = 0; a < assignment_.each; ++a) {
                const uint32_t cell = assignment_.cells[row * assignment_.each + a];
                if (cell != CellAssignment::kNoCell)
                    members_[next[cell]++] = static_cast<uint32_t>(row);
            }
        }
        posting_begins_.assign(size_t{cells_.cell_count()} + 1, 0);
        for (uint32_t c = 0; c < cells_.cell_count(); ++c) {
            const uint64_t n = member_begins_[c + 1] - member_begins_[c];
            posting_begins_[c + 1] = posting_begins_[c] + (n + kGroup - 1) / kGroup * kGroup;
        }
        scales_.assign(cells_.cell_count(), 0);
    }
    /// What a summary stands for: a row in the middle of its block that is as long as the block's
    /// rows are. Their mean, the centroid, is shorter the more they differ.
    void promise() {
        summary_vectors_ = cells_.centroids;
#pragma omp parallel for schedule(static)
        for (uint32_t c = 0; c < cells_.cell_count(); ++c) {
            scales_[c] = scale_of(c);
            const auto summary = std::span(summary_vectors_).subspan(size_t{c} * inner_, inner_);
            if (space_.distance() == Distance::kEuclid) {
                summary[inner_ - 1] += scales_[c];
            } else {
                for (float& v : summary) v *= scales_[c];
            }
        }
        std::fill(cells_.lists.begin(), cells_.lists.end(), 0.0F);
        for (uint32_t l = 0; l < cells_.list_count(); ++l) {
            float* centre = cells_.lists.data() + size_t{l} * inner_;
            const auto n = static_cast<float>(cells_.list_begins[l + 1] - cells_.list_begins[l]);
            for (uint32_t c = cells_.list_begins[l]; c < cells_.list_begins[l + 1]; ++c) {
                for (uint32_t d = 0; d < inner_; ++d)
                    centre[d] += summary_vectors_[size_t{c} * inner_ + d] / n;
            }
        }
        half_lists_ = round_to_halves(cells_.lists);
    }
    /// Inner products: root mean square length of the block's rows over the centroid's. Euclid:
    /// what the mean square distance to the centroid takes from the last coordinate.
    [[nodiscard]] float scale_of(uint32_t cell) const {
        constexpr float kMostScale = 8;
        const auto standing = rows().members_of(cell);
        const bool euclid = space_.distance() == Distance::kEuclid;
        if (standing.empty()) return euclid ? 0.0F : 1.0F;
        const auto centroid = cells_.centroid(cell);
        double squares = 0;
        double centre = 0;
        for (const uint32_t r : standing) {
            const auto x = rows().row(r);
            for (uint32_t d = 0; d < space_.dim(); ++d) {
                const double v = static_cast<double>(euclid ? x[d] - centroid[d] : x[d]);
                squares += v * v;
            }
        }
        squares /= static_cast<double>(standing.size());
        if (euclid) return space_.norm_unit() * static_cast<float>(squares / 2);
        for (const float v : centroid) centre += static_cast<double>(v) * static_cast<double>(v);
        if (!(centre > 0)) return 1;
        return std::min(static_cast<float>(std::sqrt(squares / centre)), kMostScale);
    }

    /// Codes in the order of postings, in runs of cells that fit a few megabytes.
    Status write_codes(SegmentWriter& writer) {
        constexpr uint64_t kRunBytes = 8 << 20;
        const uint32_t group_bytes = documents_.book().shape().group_bytes();
        TEMBLOR_RETURN_IF_ERROR(writer.begin(SectionKind::kCodes));
        const uint32_t cells = cells_.cell_count();
        std::vector<uint8_t> run;
        for (uint32_t begin = 0; begin < cells;) {
            uint32_t end = begin + 1;
            while (end < cells &&
                   (posting_begins_[end + 1] - posting_begins_[begin]) / kGroup * group_bytes <
                       kRunBytes)
                ++end;
            run.assign((posting_begins_[end] - posting_begins_[begin]) / kGroup * group_bytes, 0);
#pragma omp parallel for schedule(dynamic, 8)
            for (uint32_t c = begin; c < end; ++c) {
                encode_cell(c,
                            std::span(run).subspan((posting_begins_[c] - posting_begins_[begin]) /
                                                   kGroup * group_bytes));
            }
            TEMBLOR_RETURN_IF_ERROR(writer.append(std::as_bytes(std::span(run))));
            if (progress_.cancelled()) return interrupted();
            progress_.report("codes", end, cells);
            begin = end;
        }
        return Status::ok();
    }
    void encode_cell(uint32_t cell, std::span<uint8_t> out) {
        const CodeShape& shape = documents_.book().shape();
        std::vector<uint8_t> codes(shape.subspaces());
        const auto standing = rows().members_of(cell);
        for (size_t i = 0; i < standing.size(); ++i) {
            documents_.encode(rows(), standing[i], cell, codes);
            documents_.book().place(
                codes, i % kGroup,
                out.subspan(i / kGroup * shape.group_bytes(), shape.group_bytes()));
        }
    }

    Status write_lists(SegmentWriter& writer) {
        const uint32_t group_bytes = summaries_.shape().group_bytes();
        std::vector<ListRecord> records;
        std::vector<BlockRecord> blocks;
        std::vector<Place> postings(posting_begins_.back(), kNoPlace);
        std::vector<uint8_t> codes;
        const uint32_t subspaces = summaries_.shape().subspaces();
        for (uint32_t l = 0; l < cells_.list_count(); ++l) {
            const uint32_t begin = cells_.list_begins[l];
            const uint32_t end = cells_.list_begins[l + 1];
            ListRecord record;
            record.postings_begin = posting_begins_[begin];
            record.postings = static_cast<uint32_t>(posting_begins_[end] - posting_begins_[begin]);
            record.blocks_begin = begin;
            record.blocks = end - begin;
            record.summaries_begin = codes.size();
            max_blocks_ = std::max(max_blocks_, record.blocks);
            records.push_back(record);
            const size_t first = codes.size();
            codes.resize(first + size_t{(end - begin + kGroup - 1) / kGroup} * group_bytes);
            for (uint32_t c = begin; c < end; ++c) {
                blocks.push_back({static_cast<uint32_t>(posting_begins_[c] - record.postings_begin),
                                  scales_[c]});
                const auto standing = rows().members_of(c);
                for (size_t i = 0; i < standing.size(); ++i)
                    postings[posting_begins_[c] + i] =
                        row_numbers_.empty() ? standing[i] : row_numbers_[standing[i]];
                summaries_.place(
                    std::span(summary_codes_).subspan(size_t{c} * subspaces, subspaces),
                    (c - begin) % kGroup,
                    std::span(codes).subspan(first + size_t{(c - begin) / kGroup} * group_bytes,
                                             group_bytes));
            }
        }
        codes.resize(codes.size() + kSummarySlack);
        TEMBLOR_RETURN_IF_ERROR(writer.add_array<ListRecord>(SectionKind::kLists, records));
        TEMBLOR_RETURN_IF_ERROR(writer.add_array<BlockRecord>(SectionKind::kBlocks, blocks));
        TEMBLOR_RETURN_IF_ERROR(writer.add_array<Place>(SectionKind::kPostings, postings));
        return writer.add_array<uint8_t>(SectionKind::kSummaries, codes);
    }

    Status write_meta(SegmentWriter& writer, uint64_t row_limit) const {
        HashMeta meta;
        meta.rows = row_limit;
        meta.dim = space_.dim();
        meta.distance = static_cast<uint32_t>(space_.distance());
        meta.lists = cells_.list_count();
        meta.cells = cells_.cell_count();
        meta.assignments = parameters_.assignments;
        meta.code = static_cast<uint32_t>(parameters_.code);
        meta.code_width = parameters_.code_width;
        meta.summary_width = kSummaryWidth;
        meta.rotation = static_cast<uint32_t>(parameters_.rotation);
        meta.max_blocks = max_blocks_;
        meta.norm_mean = space_.norm_mean();
        meta.norm_unit = space_.norm_unit();
        meta.residual_spread = documents_.residual_spread();
        meta.code_spread = documents_.code_spread();
        meta.seed = parameters_.seed;
        return writer.add_array<HashMeta>(SectionKind::kHashMeta, std::span(&meta, 1));
    }

    static Status interrupted() {
        return Status::cancelled("hashing was interrupted; no file was written");
    }

    HashSpace space_;
    uint32_t inner_ = 0;
    size_t count_;
    std::span<const uint32_t> row_numbers_;
    HashParameters parameters_;
    const HashTraining& training_;
    Progress& progress_;
    std::vector<float> mapped_;
    Cells cells_;
    CellAssignment assignment_;
    std::vector<uint16_t> half_lists_;
    DocumentCoder documents_;
    CodeBook summaries_;
    std::vector<uint64_t> member_begins_;
    std::vector<uint32_t> members_;
    std::vector<uint64_t> posting_begins_;
    std::vector<float> scales_;
    std::vector<float> summary_vectors_;  ///< of the cells, inner_ numbers each
    std::vector<uint8_t> summary_codes_;  ///< of the cells, a byte a subspace
    uint32_t max_blocks_ = 0;
};

/// Squared distances between rows must be finite floats.
Status check_lengths(std::span<const float> vectors, uint32_t dim) {
    constexpr double kLongest = 1e18;
    for (size_t row = 0; row < vectors.size() / dim; ++row) {
        double squares = 0;
        for (const float v : vectors.subspan(row * dim, dim))
            squares += static_cast<double>(v) * static_cast<double>(v);
        if (squares <= kLongest * kLongest) continue;
        return Status::invalid_argument("row " + std::to_string(row) +
                                        ": longer than can be hashed; a flat index holds it");
    }
    return Status::ok();
}

/// Its code books must fit.
Status check_source(const HashedLists& from, uint32_t dim, Distance distance,
                    const HashParameters& parameters) {
    if (from.space().dim() != dim) {
        return Status::invalid_argument("codes of " + std::to_string(from.space().dim()) +
                                        " dimensions, expected " + std::to_string(dim));
    }
    if (from.space().distance() != distance)
        return Status::invalid_argument("codes of another distance");
    const HashParameters& have = from.parameters();
    if (have.code == parameters.code && have.rotation == parameters.rotation &&
        have.code_width == parameters.code_width)
        return Status::ok();
    return Status::invalid_argument("codes of another kind, width or rotation");
}

}  // namespace

Status write_hashed_lists(std::span<const float> vectors, uint32_t dim, Distance distance,
                          std::span<const uint32_t> row_numbers, uint64_t row_limit,
                          const HashParameters& parameters, const HashTraining& training,
                          SegmentWriter& writer, Progress& progress) {
    TEMBLOR_RETURN_IF_ERROR(parameters.validate());
    if (distance == Distance::kManhattan) {
        return Status::invalid_argument(
            "distance: manhattan cannot be hashed, expected dot, cosine or euclid");
    }
    if (dim == 0 || vectors.size() < dim)
        return Status::invalid_argument("vectors: none, hashing needs at least one");
    if (distance != Distance::kCosine) TEMBLOR_RETURN_IF_ERROR(check_lengths(vectors, dim));
    if (training.codes_from != nullptr)
        TEMBLOR_RETURN_IF_ERROR(check_source(*training.codes_from, dim, distance, parameters));
    const int before = omp_get_max_threads();
    if (parameters.threads > 0) omp_set_num_threads(static_cast<int>(parameters.threads));
    Status built;
    try {
        built = HashedBuilder(vectors, dim, distance, row_numbers, parameters, training, progress)
                    .build(writer, row_limit);
    } catch (const std::bad_alloc&) {
        built = Status::resource_exhausted("hashing: not enough memory");
    }
    omp_set_num_threads(before);
    return built;
}

}  // namespace temblor
