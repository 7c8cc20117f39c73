#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "data/progress.h"
#include "data/status.h"
#include "index/hash/hash_parameters.h"

namespace temblor {

/// Many small cells, each in one of some coarse ones: what the blocks and the lists of hashed dense
/// vectors are. Cells stand in the order of their lists. A list's centroid is the mean of its
/// cells'.
struct Cells {
    uint32_t dim = 0;
    std::vector<float> lists;           ///< centroids, dim numbers each
    std::vector<float> centroids;       ///< of the cells, dim numbers each
    std::vector<uint32_t> list_begins;  ///< first cell of each list; one more than lists

    [[nodiscard]] uint32_t list_count() const {
        return static_cast<uint32_t>(list_begins.size() - 1);
    }
    [[nodiscard]] uint32_t cell_count() const { return list_begins.back(); }
    [[nodiscard]] std::span<const float> centroid(uint32_t cell) const {
        return std::span(centroids).subspan(size_t{cell} * dim, dim);
    }
    [[nodiscard]] std::span<const float> list(uint32_t l) const {
        return std::span(lists).subspan(size_t{l} * dim, dim);
    }
};

/// The cells a row stands in, nearest first; kNoCell where there are fewer.
struct CellAssignment {
    static constexpr uint32_t kNoCell = UINT32_MAX;
    uint32_t each = 0;            ///< cells a row
    std::vector<uint32_t> cells;  ///< rows * each
};

/// Clusters `rows` (dim numbers each) by Euclidean distance in two levels with Faiss's k-means:
/// coarse cells over a sample, then small ones within each, moved once to the means of what came
/// nearest; then finds each row's `assignments` nearest cells among those of the coarse cells near
/// its own. `parameters` are resolved. O(rows * (lists + cells / lists * few) * dim).
/// kCancelled, kResourceExhausted (memory), kInternal (Faiss).
Result<Cells> train_cells(std::span<const float> rows, uint32_t dim,
                          const HashParameters& parameters, CellAssignment& assignment,
                          Progress& progress);

}  // namespace temblor
