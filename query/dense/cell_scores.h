#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "index/hash/hashed_lists.h"
#include "query/dense/dense_kernels.h"
#include "query/dense/hashed_tables.h"
#include "query/search_parameters.h"

namespace temblor {

/// A block of hashed lists and how well its summary scores.
struct ScoredCell {
    float score = 0;
    float base = 0;  ///< of its centroid, to which the residuals' scores are added
    uint32_t list = 0;
    uint32_t cell = 0;
    uint32_t postings = 0;        ///< how many, filled up to a multiple of 16
    const Place* rows = nullptr;  ///< the block's postings
    const uint8_t* codes = nullptr;
};

/// Chooses blocks for a query: the best lists by their centroids, the best of their blocks by the
/// codes of the summaries. Memory is reused.
class CellScores {
public:
    static constexpr float kLooseOrder = 0;

    explicit CellScores(const HashedLists& lists) : lists_(lists) {}

    /// Keeps the `blocks` best blocks of the `lists` best lists. Counts lists, summaries, blocks
    /// and bytes.
    void score(const HashedQuery& query, uint32_t lists, uint32_t blocks,
               const DenseKernels& kernels, SearchCounters& counters);

    /// Best first.
    [[nodiscard]] const std::vector<ScoredCell>& ordered() const { return ordered_; }
    void prefetch(const ScoredCell& cell) const;

private:
    using Scored = std::pair<float, uint32_t>;
    void choose_lists(const HashedQuery& query, uint32_t lists, const DenseKernels& kernels);
    void scan_summaries(const HashedQuery& query, uint32_t wanted, const DenseKernels& kernels,
                        SearchCounters& counters);
    void keep_best(uint32_t wanted);
    void look_up(const HashedQuery& query);

    const HashedLists& lists_;
    std::vector<Scored> by_list_;
    std::vector<uint16_t> sums_;
    std::vector<uint16_t> above_;
    std::vector<ScoredCell> ordered_;
    float bar_ = 0;  ///< what a block must reach to be among the best so far
};

}  // namespace temblor
