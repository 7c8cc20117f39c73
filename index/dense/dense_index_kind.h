#pragma once

#include <cstdint>
#include <string_view>

#include "data/status.h"

namespace temblor {

/// What finds the nearest of dense vectors.
enum class DenseIndexKind : uint8_t {
    kFlat = 1,    ///< nothing: all are scored
    kHashed = 2,  ///< blocked lists of codes (index/hash/hashed_lists.h)
    kHnsw = 3,    ///< a graph of near neighbours (index/graph/neighbour_graph.h)
};
std::string_view dense_index_name(DenseIndexKind kind);
Result<DenseIndexKind> parse_dense_index(std::string_view name);

}  // namespace temblor
