#pragma once

#include <cstdint>
#include <string_view>

#include "data/status.h"

namespace temblor {

/// How a dense vector is compared; falling score is better for all of them.
enum class Distance : uint8_t {
    kDot = 1,        ///< inner product
    kCosine = 2,     ///< inner product of vectors that are scaled to length 1 when they are stored
    kEuclid = 3,     ///< minus the Euclidean distance
    kManhattan = 4,  ///< minus the sum of absolute differences
};
std::string_view distance_name(Distance distance);
Result<Distance> parse_distance(std::string_view name);

}  // namespace temblor
