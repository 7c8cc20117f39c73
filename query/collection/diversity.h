#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "query/collection/collection_search.h"

namespace temblor {

/// How unlike each other the hits of a search shall be: maximal marginal relevance (Carbonell and
/// Goldstein, SIGIR 1998).
struct Diversity {
    static constexpr uint32_t kMaxCandidates = 1000;

    float share = 0.5F;       ///< 0: only likeness to the query counts; 1: only unlikeness
    uint32_t candidates = 0;  ///< best hits to choose from; at least as many as are wanted
};

/// Puts `limit` of `hits` (falling in score, of a search by the vector `name`) in the order in
/// which they are chosen: first the best, then always the one whose
/// `(1 - share) * score - share * likeness` is largest, likeness being the score against the most
/// alike of those chosen before (both squared where they are Euclidean distances). Scores stay.
/// Ties: the one that was before. O(hits * limit) scores. Errors: kCorruption.
Status diversify(const Version& version, std::string_view name, float share, uint32_t limit,
                 std::vector<CollectionHit>& hits);

}  // namespace temblor
