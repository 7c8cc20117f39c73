#include <algorithm>
#include <exception>
#include <new>
#include <string>
#include <vector>

#include <faiss/IndexHNSW.h>
#include <faiss/impl/DistanceComputer.h>
#include <omp.h>

#include "data/dense_vector.h"
#include "index/graph/graph_meta.h"
#include "index/graph/neighbour_graph.h"

namespace temblor {
namespace {

/// Sums of terms in 16 lanes that are then halved until one is left, so that every processor gives
/// the same bits. Debian's Faiss is built for the oldest of them and sums one by one.
template <typename Term>
[[gnu::always_inline]] inline float sum_in_lanes(const float* a, const float* b, size_t n,
                                                 Term&& term) {
    constexpr size_t kLanes = 16;
    float lanes[kLanes] = {};
    size_t i = 0;
    for (; i + kLanes <= n; i += kLanes) {
        for (size_t l = 0; l < kLanes; ++l) lanes[l] += term(a[i + l], b[i + l]);
    }
    for (size_t l = 0; i + l < n; ++l) lanes[l] += term(a[i + l], b[i + l]);
    for (size_t width = kLanes / 2; width > 0; width /= 2) {
        for (size_t l = 0; l < width; ++l) lanes[l] += lanes[l + width];
    }
    return lanes[0];
}

struct ProductTerm {
    [[gnu::always_inline]] float operator()(float a, float b) const { return a * b; }
};
struct SquareTerm {
    [[gnu::always_inline]] float operator()(float a, float b) const { return (a - b) * (a - b); }
};

template <typename Term>
float sum_terms(const float* a, const float* b, size_t n) {
    return sum_in_lanes(a, b, n, Term{});
}
using Comparison = float (*)(const float*, const float*, size_t);

#if defined(__x86_64__)
template <typename Term>
[[gnu::target("avx2")]] float sum_terms_avx2(const float* a, const float* b, size_t n) {
    return sum_in_lanes(a, b, n, Term{});
}
template <typename Term>
Comparison comparison_by() {
    return __builtin_cpu_supports("avx2") != 0 ? sum_terms_avx2<Term> : sum_terms<Term>;
}
#else
template <typename Term>
Comparison comparison_by() {
    return sum_terms<Term>;
}
#endif

/// Compares rows that stand elsewhere; Faiss takes the negative of inner products itself.
class RowComparer final : public faiss::DistanceComputer {
public:
    RowComparer(const float* rows, size_t dim, bool inner_product)
        : rows_(rows),
          dim_(dim),
          compare_(inner_product ? comparison_by<ProductTerm>() : comparison_by<SquareTerm>()) {}
    void set_query(const float* x) override { query_ = x; }
    float operator()(int64_t i) override { return compare_(query_, row(i), dim_); }
    float symmetric_dis(int64_t i, int64_t j) override { return compare_(row(i), row(j), dim_); }

private:
    [[nodiscard]] const float* row(int64_t i) const {
        return rows_ + static_cast<size_t>(i) * dim_;
    }

    const float* rows_;
    size_t dim_;
    Comparison compare_;
    const float* query_ = nullptr;
};

/// The rows as an index of Faiss that holds no copy of them.
class ForeignRows final : public faiss::Index {
public:
    ForeignRows(std::span<const float> rows, uint32_t dim, bool inner_product)
        : faiss::Index(dim, inner_product ? faiss::METRIC_INNER_PRODUCT : faiss::METRIC_L2),
          rows_(rows.data()) {}
    void add(idx_t n, const float*) override { ntotal += n; }
    void reset() override { ntotal = 0; }
    void search(idx_t, const float*, idx_t, float*, idx_t*,
                const faiss::SearchParameters*) const override {}
    [[nodiscard]] faiss::DistanceComputer* get_distance_computer() const override {
        return new RowComparer(rows_, static_cast<size_t>(d),
                               metric_type == faiss::METRIC_INNER_PRODUCT);
    }

private:
    const float* rows_;
};

/// Adds row after row in runs, between which it may be stopped.
Status add_rows(std::span<const float> rows, uint32_t dim, faiss::IndexHNSW& index,
                Progress& progress) {
    constexpr size_t kLeastRun = 4096;
    constexpr size_t kRuns = 100;
    const size_t count = rows.size() / dim;
    const size_t run = std::max(kLeastRun, count / kRuns);
    for (size_t begin = 0; begin < count; begin += run) {
        if (progress.cancelled())
            return Status::cancelled("building the graph was interrupted; no file was written");
        progress.report("graph", begin, count);
        const size_t n = std::min(run, count - begin);
        index.add(static_cast<faiss::Index::idx_t>(n), rows.data() + begin * dim);
    }
    progress.report("graph", count, count);
    return Status::ok();
}

/// Copies neighbours from one of Faiss's ranges.
void append_range(const faiss::HNSW& graph, size_t row, uint32_t level,
                  std::vector<uint32_t>& out) {
    size_t begin = 0;
    size_t end = 0;
    graph.neighbor_range(static_cast<faiss::HNSW::idx_t>(row), static_cast<int>(level), &begin,
                         &end);
    for (size_t i = begin; i < end; ++i)
        out.push_back(static_cast<uint32_t>(graph.neighbors[i]));  // -1 is kNoNeighbour
}

Status write_graph(const faiss::HNSW& graph, const GraphParameters& parameters,
                   SegmentWriter& writer) {
    constexpr size_t kChunk = 1 << 20;
    const size_t count = graph.levels.size();
    std::vector<uint32_t> places;
    std::vector<uint32_t> offsets{0};
    TEMBLOR_RETURN_IF_ERROR(writer.begin(SectionKind::kGraphBase));
    for (size_t row = 0; row < count; ++row) {
        append_range(graph, row, 0, places);
        if (places.size() >= kChunk || row + 1 == count) {
            TEMBLOR_RETURN_IF_ERROR(writer.append(std::as_bytes(std::span(places))));
            places.clear();
        }
    }
    for (size_t row = 0; row < count; ++row) {
        const auto levels = static_cast<uint32_t>(graph.levels[row]);
        for (uint32_t level = 1; level < levels; ++level) append_range(graph, row, level, places);
        offsets.push_back(offsets.back() + levels - 1);
    }
    TEMBLOR_RETURN_IF_ERROR(writer.add_array<uint32_t>(SectionKind::kGraphOffsets, offsets));
    TEMBLOR_RETURN_IF_ERROR(writer.add_array<uint32_t>(SectionKind::kGraphUpper, places));
    GraphMeta meta;
    meta.rows = count;
    meta.m = parameters.m;
    meta.ef_construction = parameters.ef_construction;
    meta.entry = static_cast<uint32_t>(graph.entry_point);
    meta.levels = static_cast<uint32_t>(graph.max_level);
    return writer.add_array<GraphMeta>(SectionKind::kGraphMeta, std::span(&meta, 1));
}

Status build_graph(std::span<const float> rows, uint32_t dim, bool inner_product,
                   const GraphParameters& parameters, SegmentWriter& writer, Progress& progress) {
    ForeignRows storage(rows, dim, inner_product);
    faiss::IndexHNSW index(&storage, static_cast<int>(parameters.m));
    index.hnsw.efConstruction = static_cast<int>(parameters.ef_construction);
    TEMBLOR_RETURN_IF_ERROR(add_rows(rows, dim, index, progress));
    return write_graph(index.hnsw, parameters, writer);
}

}  // namespace

Status write_neighbour_graph(std::span<const float> vectors, uint32_t dim, Distance distance,
                             const GraphParameters& parameters, SegmentWriter& writer,
                             Progress& progress) {
    TEMBLOR_RETURN_IF_ERROR(parameters.validate());
    if (distance == Distance::kManhattan) {
        return Status::invalid_argument(
            "distance: manhattan has no graph, expected dot, cosine or euclid");
    }
    const size_t count = dim > 0 ? vectors.size() / dim : 0;
    if (count == 0 || count > INT32_MAX)
        return Status::invalid_argument("vectors: " + std::to_string(count) +
                                        ", a graph has 1 to 2147483647");
    const int before = omp_get_max_threads();
    if (parameters.threads > 0) omp_set_num_threads(static_cast<int>(parameters.threads));
    Status built;
    try {
        std::vector<float> unit;
        if (distance == Distance::kCosine) {
            unit.assign(vectors.begin(), vectors.end());
            for (size_t r = 0; r < count; ++r) normalize(std::span(unit).subspan(r * dim, dim));
            vectors = unit;
        }
        built =
            build_graph(vectors, dim, distance != Distance::kEuclid, parameters, writer, progress);
    } catch (const std::bad_alloc&) {
        built = Status::resource_exhausted("graph: not enough memory");
    } catch (const std::exception& e) {
        built = Status::internal(std::string("graph: ") + e.what());
    }
    omp_set_num_threads(before);
    return built;
}

}  // namespace temblor
