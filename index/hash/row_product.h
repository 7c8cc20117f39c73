#pragma once

#include <array>
#include <cstddef>

namespace temblor {

/// The inner product of n numbers, summed in lanes that the compiler makes vectors of.
inline float row_product(const float* a, const float* b, size_t n) {
    constexpr size_t kLanes = 16;
    std::array<float, kLanes> lanes{};
    size_t i = 0;
    for (; i + kLanes <= n; i += kLanes)
        for (size_t l = 0; l < kLanes; ++l) lanes[l] += a[i + l] * b[i + l];
    for (; i < n; ++i) lanes[i % kLanes] += a[i] * b[i];
    float sum = 0;
    for (const float lane : lanes) sum += lane;
    return sum;
}

}  // namespace temblor
