#pragma once

#include <span>
#include <vector>

#include "data/status.h"
#include "query/collection/collection_search.h"

namespace temblor {

struct ReciprocalRankFusion;

/// kInvalidArgument: k below 1, weights that are not as many as `lists` or not positive.
Status validate(const ReciprocalRankFusion& fusion, size_t lists);

/// One list of all points of `lists`, each with its fused score; staged_search.h says how. Falling
/// score, ties by rising ordinal. O(hits).
std::vector<CollectionHit> fuse_by_rank(std::span<const std::vector<CollectionHit>> lists,
                                        const ReciprocalRankFusion& fusion);
std::vector<CollectionHit> fuse_by_distribution(std::span<const std::vector<CollectionHit>> lists);

}  // namespace temblor
