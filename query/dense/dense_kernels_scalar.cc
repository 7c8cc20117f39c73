#include <algorithm>
#include <span>

#include "data/half_float.h"
#include "query/dense/dense_kernels.h"
#include "query/dense/table_loops.h"

namespace temblor {
namespace {

constexpr size_t kLanes = 64;

template <typename T, typename ToFloat>
float dot(const float* query, const T* vector, size_t n, ToFloat to_float) {
    float lanes[kLanes] = {};
    for (size_t i = 0; i < n; ++i) lanes[i % kLanes] += query[i] * to_float(vector[i]);
    for (size_t width = kLanes / 2; width > 0; width /= 2) {
        for (size_t lane = 0; lane < width; ++lane) lanes[lane] += lanes[lane + width];
    }
    return lanes[0];
}

float dot_f32(const float* query, const float* vector, size_t n) {
    return dot(query, vector, n, [](float v) { return v; });
}
float dot_f16(const float* query, const uint16_t* vector, size_t n) {
    return dot(query, vector, n, [](uint16_t v) { return half_to_float(v); });
}
float dot_u8(const float* query, const uint8_t* vector, size_t n) {
    return dot(query, vector, n, [](uint8_t v) { return static_cast<float>(v); });
}

DenseKernels::Ranges shift_tables(float* products, uint32_t subspaces) {
    DenseKernels::Ranges ranges;
    for (uint32_t j = 0; j < subspaces; ++j) {
        const std::span row(products + size_t{j} * 16, 16);
        const auto [low_at, high_at] = std::minmax_element(row.begin(), row.end());
        const float low = *low_at;
        const float range = *high_at - low;
        for (float& v : row) v -= low;
        ranges.least += low;
        ranges.widest = std::max(ranges.widest, range);
        ranges.sum += range;
    }
    return ranges;
}

void quantize_tables(const float* products, uint32_t subspaces, float steps, uint8_t* tables) {
    for (uint32_t j = 0; j < subspaces; ++j) {
        for (uint32_t c = 0; c < 16; ++c) {
            const float step = products[size_t{j} * 16 + c] * steps + 0.5F;
            tables[table_offset(j) + c] = static_cast<uint8_t>(std::min(step, 127.0F));
        }
    }
}

void scan_codes(const uint8_t* codes, const uint8_t* tables, uint32_t chunks, uint32_t groups,
                uint16_t least, uint16_t* sums, uint16_t* above) {
    for (uint32_t g = 0; g < groups; ++g) {
        uint32_t bits = 0;
        for (uint32_t i = 0; i < 16; ++i) {
            uint32_t sum = 0;
            for (uint32_t c = 0; c < chunks; ++c) {
                for (uint32_t lane = 0; lane < 4; ++lane) {
                    const uint32_t code = codes[c * 64 + lane * 16 + i];
                    sum += tables[c * 128 + lane * 16 + (code & 15U)];
                    sum += tables[c * 128 + 64 + lane * 16 + (code >> 4)];
                }
            }
            sums[16 * g + i] = static_cast<uint16_t>(sum);
            bits |= (sum >= least ? 1U : 0U) << i;
        }
        above[g] = static_cast<uint16_t>(bits);
        codes += size_t{chunks} * 64;
    }
}

constexpr DenseKernels kScalar{
    "scalar",     dot_f32,         dot_f16,   dot_u8, table_products<16>, table_products<256>,
    shift_tables, quantize_tables, scan_codes};

}  // namespace

const DenseKernels& scalar_dense_kernels() { return kScalar; }

}  // namespace temblor
