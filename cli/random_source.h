#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>

#include "data/splitmix.h"

namespace temblor::cli {

/// SplitMix with what making collections needs beside: independent streams and normal draws.
class RandomSource : public SplitMix {
public:
    explicit RandomSource(uint64_t seed) : SplitMix(seed) {}
    /// An independent stream for item `index` of stream family `family`.
    RandomSource(uint64_t seed, uint64_t family, uint64_t index)
        : SplitMix(mix(mix(seed ^ mix(family)) + index)) {}

    /// Mean 0, deviation 1 (Box and Muller).
    double normal() {
        const double radius = std::sqrt(-2 * std::log(1 - uniform()));
        return radius * std::cos(2 * std::numbers::pi * uniform());
    }
};

}  // namespace temblor::cli
