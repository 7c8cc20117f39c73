#pragma once

#include <array>
#include <cstdint>

namespace temblor {

/// Section graph_meta.
struct GraphMeta {
    uint64_t rows = 0;
    uint32_t m = 0;
    uint32_t ef_construction = 0;
    uint32_t entry = 0;
    uint32_t levels = 0;  ///< above the lowest
    std::array<uint64_t, 5> reserved{};
};
static_assert(sizeof(GraphMeta) == 64);

}  // namespace temblor
