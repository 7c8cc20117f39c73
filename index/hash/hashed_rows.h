#pragma once

#include <cstdint>
#include <span>

#include "index/hash/cells.h"
#include "index/hash/hash_space.h"

namespace temblor {

/// Rows in the hashed space, turned, and where they stand. A view.
struct HashedRows {
    const HashSpace& space;
    std::span<const float> vectors;  ///< inner_dim() numbers each
    const Cells& cells;
    std::span<const uint64_t> member_begins;  ///< of each cell, in:
    std::span<const uint32_t> members;        ///< rows, ascending in a cell

    [[nodiscard]] uint32_t inner_dim() const { return space.inner_dim(); }
    [[nodiscard]] std::span<const float> row(size_t r) const {
        return vectors.subspan(r * inner_dim(), inner_dim());
    }
    [[nodiscard]] std::span<const uint32_t> members_of(uint32_t cell) const {
        return members.subspan(member_begins[cell], member_begins[cell + 1] - member_begins[cell]);
    }
    /// The row less the cell's centroid.
    void residual(size_t r, uint32_t cell, std::span<float> out) const {
        const auto x = row(r);
        const auto centroid = cells.centroid(cell);
        for (uint32_t d = 0; d < inner_dim(); ++d) out[d] = x[d] - centroid[d];
    }
};

}  // namespace temblor
