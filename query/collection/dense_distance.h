#pragma once

#include <span>

#include "data/dense_vector.h"
#include "index/collection/schema.h"

namespace temblor {

/// How well `a` and `b`, of one size, match: falling is better. kDot and kCosine: inner product
/// (for kCosine both have been through normalize()); kEuclid: minus the distance; kManhattan: minus
/// the sum of absolute differences.
///
/// A function of the values and their order alone: sums run in 16 lanes that are added in a fixed
/// order, so neither alignment nor the processor changes a bit. Float precision. Finite vectors
/// whose score leaves the range of floats give an infinite one, -infinity when it is undefined;
/// never NaN.
float dense_score(Distance distance, std::span<const float> a, std::span<const float> b);

}  // namespace temblor
