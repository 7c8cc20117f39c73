#pragma once

#include <cstdint>

namespace temblor {

/// The splitmix64 generator (Steele, Lea and Flood, OOPSLA 2014): the same draws on every platform,
/// which the standard library's distributions do not promise.
class SplitMix {
public:
    explicit SplitMix(uint64_t seed) : state_(seed) {}

    uint64_t next() { return mix(state_ += 0x9E3779B97F4A7C15U); }
    /// In [0, bound), uniform up to a bias of bound / 2^64; bound above 0.
    uint64_t below(uint64_t bound) {
        __extension__ using Wide = unsigned __int128;
        return static_cast<uint64_t>((static_cast<Wide>(next()) * bound) >> 64);
    }
    /// In [0, 1).
    double uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
    /// The generator's finaliser: a bijection that spreads every bit over all.
    static uint64_t mix(uint64_t z) {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
        return z ^ (z >> 31);
    }

private:
    uint64_t state_;
};

}  // namespace temblor
