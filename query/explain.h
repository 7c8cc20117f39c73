#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/sparse_vector.h"
#include "data/status.h"
#include "index/segment.h"

namespace temblor {

/// One component's share of a score.
struct ScoreShare {
    uint32_t component = 0;
    std::string token;  ///< empty when the segment has no vocabulary
    float query_value = 0;
    float document_value = 0;
    double product = 0;  ///< exact: of two floats
};

/// The components that two vectors share, without tokens, largest product first (ties by
/// component); the products add up to inner_product(). O(nnz(query) + nnz(document)).
std::vector<ScoreShare> score_shares(SparseVectorView query, SparseVectorView document);

/// The same of a segment's document as it is stored, with tokens; the products add up to the score.
Result<std::vector<ScoreShare>> explain(const Segment& segment, SparseVectorView query,
                                        uint32_t row);

}  // namespace temblor
