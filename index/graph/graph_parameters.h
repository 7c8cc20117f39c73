#pragma once

#include <cstdint>

#include "data/status.h"

namespace temblor {

/// How a graph of near neighbours is built (HNSW: Malkov and Yashunin, PAMI 2020).
struct GraphParameters {
    uint32_t m = 32;  ///< neighbours a row above the lowest level; twice as many in it
    uint32_t ef_construction = 200;  ///< candidates from which a row's neighbours are chosen
    uint32_t threads = 0;            ///< 0: all cores; with one the same rows give the same graph

    /// Names the first parameter out of its range.
    [[nodiscard]] Status validate() const;
};

inline constexpr uint32_t kMostGraphNeighbours = 256;
inline constexpr uint32_t kMostGraphLevels = 32;

}  // namespace temblor
