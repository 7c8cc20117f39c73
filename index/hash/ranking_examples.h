#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "index/hash/hashed_rows.h"

namespace temblor {

/// Whom a query should find: a query's number and a row's.
using RelevantPair = std::pair<uint32_t, uint32_t>;

/// What codes are fitted to: for each query some rows near it, each as it stands in one of its
/// cells, and how they score by their vectors.
struct RankingExamples {
    uint32_t each = 0;            ///< rows a query
    std::vector<float> queries;   ///< in the hashed space, turned; inner_dim() numbers each
    std::vector<uint32_t> rows;   ///< queries * each
    std::vector<uint32_t> cells;  ///< likewise
    std::vector<float> scores;    ///< likewise

    [[nodiscard]] size_t count() const { return each == 0 ? 0 : rows.size() / each; }
};

/// Examples for at most `most` queries: some of `queries` (dim() numbers each, as users send them),
/// or, where there are none, blends of two rows of a cell with noise, which is what other
/// queries look like to a code. Of the rows in the cells nearest to a query the best score highest;
/// half of its examples are those, half are drawn from the next, which is what they must be told
/// from. Rows of `pairs` are examples of their queries. Empty when there are too few rows. The same
/// arguments give the same examples. On all threads.
RankingExamples make_ranking_examples(const HashedRows& rows, std::span<const float> queries,
                                      std::span<const RelevantPair> pairs, size_t most,
                                      uint64_t seed);

}  // namespace temblor
