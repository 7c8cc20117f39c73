#pragma once

#include <array>
#include <cstdint>

namespace temblor {

/// Section hash_meta: what index/hash/hashed_lists.h reads the others by.
struct HashMeta {
    uint64_t rows = 0;  ///< one past the largest row number
    uint32_t dim = 0;
    uint32_t distance = 0;
    uint32_t lists = 0;
    uint32_t cells = 0;
    uint32_t assignments = 0;
    uint32_t code = 0;
    uint32_t code_width = 0;
    uint32_t summary_width = 0;
    uint32_t rotation = 0;
    uint32_t max_blocks = 0;
    float norm_mean = 0;
    float norm_unit = 0;
    float residual_spread = 0;
    float code_spread = 0;
    uint64_t seed = 0;
    std::array<uint64_t, 7> reserved{};
};
static_assert(sizeof(HashMeta) == 128);

}  // namespace temblor
