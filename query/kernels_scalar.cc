#include <algorithm>

#include "query/kernels.h"

namespace temblor {
namespace {

uint32_t dot_u16_u8(const uint16_t* table, const uint16_t* components, const uint8_t* weights,
                    size_t n) {
    uint32_t sum = 0;
    for (size_t i = 0; i < n; ++i) sum += uint32_t{table[components[i]]} * weights[i];
    return sum;
}

uint32_t dot_u32_u8(const uint16_t* table, uint32_t limit, const uint32_t* components,
                    const uint8_t* weights, size_t n) {
    uint32_t sum = 0;
    for (size_t i = 0; i < n; ++i)
        sum += uint32_t{table[std::min(components[i], limit)]} * weights[i];
    return sum;
}

float dot_u32_f32(const float* table, uint32_t limit, const uint32_t* components,
                  const float* values, size_t n) {
    float sum = 0;
    for (size_t i = 0; i < n; ++i) sum += table[std::min(components[i], limit)] * values[i];
    return sum;
}

Range key_range(const uint16_t* sorted, uint32_t n, uint16_t first, uint16_t last) {
    const uint16_t* begin = std::lower_bound(sorted, sorted + n, first);
    const uint16_t* end = std::upper_bound(begin, sorted + n, last);
    return {static_cast<uint32_t>(begin - sorted), static_cast<uint32_t>(end - sorted)};
}

constexpr Kernels kScalar{"scalar", dot_u16_u8, dot_u32_u8, dot_u32_f32, key_range};

}  // namespace

const Kernels& scalar_kernels() { return kScalar; }

}  // namespace temblor
