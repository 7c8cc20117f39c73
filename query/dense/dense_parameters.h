#pragma once

#include <cstdint>
#include <limits>

#include "data/status.h"

namespace temblor {

/// How a search of dense vectors trades accuracy for time.
struct DenseSearchParameters {
    uint32_t k = 10;
    bool exact = false;   ///< score every vector
    uint32_t lists = 24;  ///< coarse cells whose blocks are looked at
    uint32_t blocks = 0;  ///< blocks opened at most; 0: four times lists
    /// A block is skipped when its summary's score lies this many standard deviations of a
    /// residual's score below θ; below 0 it must lie above.
    float slack = 1.25F;
    uint32_t refine = 100;  ///< candidates scored anew by their stored vectors, at least k
    /// Documents that score less need not be found: k better ones are known from elsewhere.
    float least_score = -std::numeric_limits<float>::infinity();

    /// Names the first parameter out of its range.
    [[nodiscard]] Status validate() const;
};

}  // namespace temblor
