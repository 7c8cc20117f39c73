#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "data/progress.h"
#include "index/hash/code_book.h"

namespace temblor {

/// Queries, rows near each, their scores, and what a code book sees of them.
struct RankingProblem {
    uint32_t each = 0;               ///< rows a query
    std::span<const float> queries;  ///< dim numbers each
    std::span<const float> scores;   ///< by their vectors: queries * each
    std::span<const float> known;    ///< parts of the scores that need no code: likewise
    std::span<const uint8_t> codes;  ///< subspaces() bytes for each of them
};

/// How well a book ranks: the mean relative entropy between the distributions over a query's rows
/// that scores by vectors and by codes give (softmax at the temperature that is the scores'
/// spread), and half the square of how much higher a query's rows score by codes, in that unit, as
/// the walk compares scores with what blocks promise. 0 is perfect.
struct RankingFit {
    CodeBook book;
    double before = 0;  ///< over queries that were held out
    double after = 0;
    uint32_t rounds = 0;
};

/// Moves the centroids of a book so that codes as they are rank rows as their vectors do: JPQ's
/// idea (Zhan et al., CIKM 2021) without a network to train. The loss is convex in the centroids:
/// L-BFGS over all of them, held near where they began. One query in five is held out, and the
/// round that ranks those best is returned, which may be the first. Encoding goes on with the old
/// book. O(rounds * queries * (dim * centroids + each * subspaces)) on all threads; their number
/// does not change the result.
RankingFit fit_ranking(const CodeBook& book, const RankingProblem& problem, Progress& progress);

}  // namespace temblor
