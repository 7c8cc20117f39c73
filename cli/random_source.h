#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>

namespace temblor::cli {

/// Random numbers by splitmix64 (Steele, Lea and Flood, OOPSLA 2014). The standard library's
/// distributions differ between implementations, so the few that are needed are here.
class RandomSource {
public:
    explicit RandomSource(uint64_t seed) : state_(seed) {}
    /// An independent stream for item `index` of stream family `family`.
    RandomSource(uint64_t seed, uint64_t family, uint64_t index)
        : state_(mix(mix(seed ^ mix(family)) + index)) {}

    uint64_t next() {
        state_ += kGamma;
        return mix(state_);
    }
    /// In [0, 1).
    double uniform() { return static_cast<double>(next() >> 11) * 0x1p-53; }
    /// In [0, bound); bound at least 1.
    uint64_t below(uint64_t bound) {
        return static_cast<uint64_t>(uniform() * static_cast<double>(bound));
    }
    /// Mean 0, deviation 1 (Box and Muller).
    double normal() {
        const double radius = std::sqrt(-2 * std::log(1 - uniform()));
        return radius * std::cos(2 * std::numbers::pi * uniform());
    }

private:
    static constexpr uint64_t kGamma = 0x9E3779B97F4A7C15;
    static uint64_t mix(uint64_t z) {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    uint64_t state_;
};

}  // namespace temblor::cli
