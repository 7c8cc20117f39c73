#pragma once

#include <cstdint>
#include <span>

#include "data/status.h"

namespace temblor {

/// What a block of rows looks like to matrix products, dim values a row.
struct RowBlock {
    std::span<const float> values;
    uint64_t rows = 0;
    uint64_t dim = 0;
};

/// The k nearest of `rows` for each of `queries`: `places` (k a query, within the block) and `keys`
/// (their inner products, or with `squared_distance` their squared Euclidean distances), the best
/// first, a place of -1 where there is none. On the threads that OpenMP gives. Float precision:
/// blocked products round otherwise than a sum from front to back, and equal keys come in any
/// order.
Status nearest_in_block(const RowBlock& queries, const RowBlock& rows, bool squared_distance,
                        uint64_t k, std::span<float> keys, std::span<int64_t> places);

/// For its lifetime OpenMP regions of the calling thread have `threads` threads (0: as before).
class OpenMpThreads {
public:
    explicit OpenMpThreads(uint32_t threads);
    ~OpenMpThreads();
    OpenMpThreads(const OpenMpThreads&) = delete;
    OpenMpThreads& operator=(const OpenMpThreads&) = delete;

private:
    int before_;
};

}  // namespace temblor
