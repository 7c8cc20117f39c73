#pragma once

#include <memory>
#include <span>
#include <vector>

#include "data/dense_dataset.h"
#include "data/row_bitmap.h"
#include "data/status.h"
#include "index/dead_rows.h"
#include "index/dense/dense_segment.h"
#include "query/dense/dense_parameters.h"
#include "query/search_parameters.h"

namespace temblor {

/// What a search of dense vectors goes through: a store and, unless it is scanned, lists or a graph
/// over it. All outlive the search.
struct DenseSource {
    const VectorStore* store = nullptr;
    const HashedLists* hashed = nullptr;
    /// Where the store has not every row of a segment: those it has, by which `dead` is meant. Hits
    /// and `allowed` are of the store.
    const RowBitmap* present = nullptr;
    /// Where there is neither this nor lists, every row is scored.
    const NeighbourGraph* graph = nullptr;
};

/// Which rows a search may return. Both null: all of them.
struct DenseScope {
    const RowBitmap* allowed = nullptr;
    const DeadRows* dead = nullptr;  ///< what `allowed` allows is not in here
};

/// Memory that a search uses and the next one uses again; one per thread, for any source.
class DenseScratch {
public:
    DenseScratch();
    ~DenseScratch();
    DenseScratch(DenseScratch&&) noexcept;
    DenseScratch& operator=(DenseScratch&&) noexcept;

    struct Impl;
    [[nodiscard]] Impl& impl() { return *impl_; }

private:
    std::unique_ptr<Impl> impl_;
};

/// The k rows whose stored vectors match `query` best (index/dense/distance.h), ties by rising row,
/// never fewer than min(k, rows in scope) unless least_score says so. Few rows, few allowed rows
/// and `exact` are answered by scoring each. Errors: kInvalidArgument for parameters, a query of
/// another size or one that is not finite. `result` is overwritten, its memory reused. Thread-safe;
/// a scratch belongs to one call at a time.
Status search_dense(const DenseSource& source, std::span<const float> query,
                    const DenseSearchParameters& parameters, DenseScope scope,
                    DenseScratch& scratch, SearchResult& result);

/// Every row of `queries` on `threads` threads (0: all cores); results are in query order.
Result<std::vector<SearchResult>> search_dense_batch(const DenseSource& source,
                                                     const DenseDataset& queries,
                                                     const DenseSearchParameters& parameters,
                                                     DenseScope scope, uint32_t threads);

}  // namespace temblor
