#pragma once

#include <cstdint>
#include <limits>

#include "data/status.h"

namespace temblor {

/// How a search of hashed dense vectors trades accuracy for time. The defaults find about 98 % of
/// the best 10 (docs/dense.md).
struct DenseSetting {
    uint32_t lists = 24;  ///< coarse cells whose blocks are looked at
    uint32_t blocks = 0;  ///< blocks opened at most; 0: four times lists
    /// A block is skipped when its summary's score lies this many standard deviations of a
    /// residual's score below θ; below 0 it must lie above.
    float slack = 1.25F;
    uint32_t refine = 90;  ///< candidates beyond k that are scored anew by their stored vectors
    /// Of a graph: rows from which the walk goes on, at least k.
    uint32_t ef = 64;

    /// Names the first one out of its range.
    [[nodiscard]] Status validate() const;
    bool operator==(const DenseSetting&) const = default;
};

/// A search of dense vectors.
struct DenseSearchParameters {
    uint32_t k = 10;
    bool exact = false;  ///< score every vector
    DenseSetting setting;
    /// Documents that score less need not be found: k better ones are known from elsewhere.
    float least_score = -std::numeric_limits<float>::infinity();

    /// Names the first parameter out of its range.
    [[nodiscard]] Status validate() const;
};

}  // namespace temblor
