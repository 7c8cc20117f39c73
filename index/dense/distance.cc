#include "index/dense/distance.h"

#include <string>

namespace temblor {

std::string_view distance_name(Distance distance) {
    switch (distance) {
        case Distance::kDot:
            return "dot";
        case Distance::kCosine:
            return "cosine";
        case Distance::kEuclid:
            return "euclid";
        case Distance::kManhattan:
            return "manhattan";
    }
    return "unknown";
}

Result<Distance> parse_distance(std::string_view name) {
    for (const auto distance :
         {Distance::kDot, Distance::kCosine, Distance::kEuclid, Distance::kManhattan}) {
        if (distance_name(distance) == name) return distance;
    }
    return Status::invalid_argument("distance '" + std::string(name) +
                                    "': expected dot, cosine, euclid or manhattan");
}

}  // namespace temblor
