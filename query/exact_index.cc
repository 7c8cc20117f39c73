#include "query/exact_index.h"

#include <algorithm>
#include <limits>

#include <omp.h>

#include "index/component_map.h"
#include "index/segment.h"

namespace temblor {
namespace {

constexpr uint32_t kWindow =
    1 << 16;  // documents; their sums, 256 KB, stay in the second-level cache

/// Worse first, so that the heap's front is the one to go.
bool ranks_before(const Hit& a, const Hit& b) {
    return a.score != b.score ? a.score > b.score : a.row < b.row;
}

}  // namespace

/// Lists by component rank; each holds, window after window, local documents and values.
struct ExactIndex::Impl {
    uint64_t rows = 0;
    uint64_t windows = 0;
    std::vector<uint32_t> components;  ///< that occur, ascending
    std::vector<uint64_t> begins;      ///< [rank * windows + window], one past the end behind
    std::vector<uint16_t> documents;   ///< row within its window
    std::vector<float> values;

    void reserve_lists() { begins.assign(components.size() * windows + 1, 0); }
    [[nodiscard]] size_t rank(uint32_t component) const {
        const auto at = std::lower_bound(components.begin(), components.end(), component);
        return at != components.end() && *at == component
                   ? static_cast<size_t>(at - components.begin())
                   : components.size();
    }

    /// Calls each_row(visit) twice, once to count and once to fill; visit(row, component, value).
    template <typename EachEntry>
    Status fill(EachEntry&& each_entry) {
        // Ranks by direct table while components are few, else by binary search.
        std::vector<uint32_t> table;
        if (!components.empty() && components.back() < (1U << 26)) {
            table.assign(size_t{components.back()} + 1, 0);
            for (uint32_t r = 0; r < components.size(); ++r) table[components[r]] = r;
        }
        const auto rank_of = [&](uint32_t c) { return table.empty() ? rank(c) : table[c]; };
        TEMBLOR_RETURN_IF_ERROR(each_entry([&](uint64_t row, uint32_t c, float) {
            ++begins[rank_of(c) * windows + row / kWindow + 1];
        }));
        for (size_t i = 1; i < begins.size(); ++i) begins[i] += begins[i - 1];
        documents.resize(begins.back());
        values.resize(begins.back());
        std::vector<uint64_t> next(begins.begin(), begins.end() - 1);
        return each_entry([&](uint64_t row, uint32_t c, float value) {
            const uint64_t at = next[rank_of(c) * windows + row / kWindow]++;
            documents[at] = static_cast<uint16_t>(row % kWindow);
            values[at] = value;
        });
    }
};

ExactIndex::ExactIndex() : impl_(std::make_unique<Impl>()) {}
ExactIndex::~ExactIndex() = default;
ExactIndex::ExactIndex(ExactIndex&&) noexcept = default;
ExactIndex& ExactIndex::operator=(ExactIndex&&) noexcept = default;

Result<ExactIndex> ExactIndex::from_dataset(const SparseDataset& dataset, Progress& progress) {
    if (dataset.rows() >= UINT32_MAX)
        return Status::resource_exhausted("exact index: over 2^32 - 2 documents");
    ExactIndex index;
    Impl& impl = *index.impl_;
    impl.rows = dataset.rows();
    impl.windows = (impl.rows + kWindow - 1) / kWindow;
    impl.components = occurring_components(dataset);
    impl.reserve_lists();
    uint64_t done = 0;
    TEMBLOR_RETURN_IF_ERROR(impl.fill([&](auto&& visit) -> Status {
        for (uint64_t r = 0; r < dataset.rows(); ++r) {
            const SparseVectorView row = dataset.row(r);
            for (size_t i = 0; i < row.nnz(); ++i) visit(r, row.components[i], row.values[i]);
            if ((++done & 0xFFFFU) == 0) {
                if (progress.cancelled()) return Status::cancelled("exact index: interrupted");
                progress.report("indexing", done, 2 * dataset.rows());
            }
        }
        return Status::ok();
    }));
    return index;
}

Result<ExactIndex> ExactIndex::from_segment(const Segment& segment, Progress& progress) {
    ExactIndex index;
    Impl& impl = *index.impl_;
    impl.rows = segment.rows();
    impl.windows = (impl.rows + kWindow - 1) / kWindow;
    const ComponentMap& map = segment.components();
    for (uint32_t c = 0; c < map.size(); ++c) impl.components.push_back(map.original(c));
    impl.reserve_lists();
    SparseVector document;
    uint64_t done = 0;
    TEMBLOR_RETURN_IF_ERROR(impl.fill([&](auto&& visit) -> Status {
        for (uint64_t r = 0; r < segment.rows(); ++r) {
            TEMBLOR_RETURN_IF_ERROR(
                segment.forward().read_row(r, document).with_context(segment.path()));
            for (size_t i = 0; i < document.nnz(); ++i)
                visit(r, map.original(document.components[i]), document.values[i]);
            if ((++done & 0xFFFFU) == 0) {
                if (progress.cancelled()) return Status::cancelled("exact index: interrupted");
                progress.report("indexing", done, 2 * segment.rows());
            }
        }
        return Status::ok();
    }));
    return index;
}

uint64_t ExactIndex::rows() const { return impl_->rows; }

uint64_t ExactIndex::bytes() const {
    return impl_->components.size() * 4 + impl_->begins.size() * 8 + impl_->documents.size() * 6;
}

void ExactIndex::search(SparseVectorView query, uint32_t k, Scratch& scratch,
                        std::vector<Hit>& hits) const {
    const Impl& impl = *impl_;
    const uint64_t wanted = std::min<uint64_t>(k, impl.rows);
    std::vector<Hit>& heap = scratch.heap;
    heap.clear();
    scratch.window.resize(kWindow);
    float* sums = scratch.window.data();
    for (uint64_t w = 0; w < impl.windows && wanted > 0; ++w) {
        const uint64_t first = w * kWindow;
        const auto size = static_cast<uint32_t>(std::min<uint64_t>(kWindow, impl.rows - first));
        std::fill(sums, sums + size, 0.0F);
        for (size_t i = 0; i < query.nnz(); ++i) {
            const size_t rank = impl.rank(query.components[i]);
            if (rank == impl.components.size()) continue;
            const float q = query.values[i];
            const uint64_t end = impl.begins[rank * impl.windows + w + 1];
            for (uint64_t p = impl.begins[rank * impl.windows + w]; p < end; ++p) {
                sums[impl.documents[p]] += q * impl.values[p];
            }
        }
        // θ rises as the window is read; most documents fail the one comparison.
        float threshold =
            heap.size() < wanted ? -std::numeric_limits<float>::infinity() : heap.front().score;
        for (uint32_t d = 0; d < size; ++d) {
            if (sums[d] <= threshold) continue;
            const Hit hit{static_cast<uint32_t>(first + d), sums[d]};
            if (heap.size() == wanted) {
                std::pop_heap(heap.begin(), heap.end(), ranks_before);
                heap.back() = hit;
            } else {
                heap.push_back(hit);
            }
            std::push_heap(heap.begin(), heap.end(), ranks_before);
            if (heap.size() == wanted) threshold = heap.front().score;
        }
    }
    std::sort(heap.begin(), heap.end(), ranks_before);
    hits.assign(heap.begin(), heap.end());
}

Result<std::vector<std::vector<Hit>>> ExactIndex::search_batch(const SparseDataset& queries,
                                                               uint32_t k, uint32_t threads,
                                                               Progress& progress) const {
    std::vector<std::vector<Hit>> results(queries.rows());
    const int count = threads > 0 ? static_cast<int>(threads) : omp_get_max_threads();
    uint64_t done = 0;
#pragma omp parallel num_threads(count)
    {
        Scratch scratch;
#pragma omp for schedule(dynamic, 4)
        for (uint64_t q = 0; q < queries.rows(); ++q) {
            if (progress.cancelled()) continue;
            search(queries.row(q), k, scratch, results[q]);
#pragma omp critical
            if ((++done & 63U) == 0) progress.report("queries", done, queries.rows());
        }
    }
    if (progress.cancelled()) return Status::cancelled("exact search: interrupted");
    return results;
}

}  // namespace temblor
