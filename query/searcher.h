#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "data/row_bitmap.h"
#include "data/sparse_dataset.h"
#include "data/sparse_vector.h"
#include "data/status.h"
#include "index/dead_rows.h"
#include "index/segment.h"
#include "query/search_parameters.h"

namespace temblor {

/// The rows that may be returned, prepared for one segment. Immutable; reuse it for many searches.
class AllowedRows {
public:
    /// O(rows allowed). Rows past the segment's end are ignored.
    static AllowedRows from_bitmap(const Segment& segment, const RowBitmap& rows);

    [[nodiscard]] uint64_t count() const { return rows_.size(); }
    [[nodiscard]] const std::vector<uint32_t>& rows() const { return rows_; }
    [[nodiscard]] const std::vector<uint64_t>& place_bits() const { return place_bits_; }

private:
    std::vector<uint32_t> rows_;
    std::vector<uint64_t> place_bits_;  ///< bit p: the document at forward place p is allowed
};

/// Which rows a search may return. Both null: all of them.
struct SearchScope {
    const AllowedRows* allowed = nullptr;
    const DeadRows* dead = nullptr;  ///< what `allowed` allows is not in here
};

/// Memory that a search uses and the next one uses again; one per thread.
class SearchScratch {
public:
    explicit SearchScratch(const Segment& segment);
    ~SearchScratch();
    SearchScratch(SearchScratch&&) noexcept;
    SearchScratch& operator=(SearchScratch&&) noexcept;

    struct Impl;
    [[nodiscard]] Impl& impl() { return *impl_; }

private:
    std::unique_ptr<Impl> impl_;
};

/// Top-k inner product over one segment. Documents that share nothing with the query score 0 and
/// fill the answer up to min(k, rows) by rising row, so an empty document can be found. Ties are
/// broken by row. Thread-safe; a scratch belongs to one call at a time.
class Searcher {
public:
    explicit Searcher(std::shared_ptr<const Segment> segment);

    [[nodiscard]] const Segment& segment() const { return *segment_; }

    /// `query`'s components ascend strictly, its values are finite and not negative; components the
    /// index does not have are ignored. `result` is overwritten, its memory reused: a search
    /// allocates nothing once scratch and result are warm.
    Status search(SparseVectorView query, const SearchParameters& parameters, SearchScope scope,
                  SearchScratch& scratch, SearchResult& result) const;

    /// Every row of `queries` on `threads` threads (0: all cores); results are in query order.
    Result<std::vector<SearchResult>> search_batch(const SparseDataset& queries,
                                                   const SearchParameters& parameters,
                                                   SearchScope scope, uint32_t threads) const;

private:
    std::shared_ptr<const Segment> segment_;
};

}  // namespace temblor
