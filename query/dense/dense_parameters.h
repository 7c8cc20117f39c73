#pragma once

#include <cstdint>
#include <limits>

#include "data/status.h"

namespace temblor {

/// How a search of dense vectors trades accuracy for time.
struct DenseSearchParameters {
    uint32_t k = 10;
    bool exact = false;    ///< score every vector
    uint32_t lists = 16;   ///< coarse cells whose blocks are looked at
    uint32_t blocks = 32;  ///< blocks opened at most
    /// A block is skipped when its centroid's score lies this many standard deviations of a
    /// residual's score below θ; 0 and less: cut at θ itself and above.
    float slack = 3;
    uint32_t refine = 80;  ///< candidates scored anew by their stored vectors, at least k
    /// Documents that score less need not be found: k better ones are known from elsewhere.
    float least_score = -std::numeric_limits<float>::infinity();

    /// Names the first parameter out of its range.
    [[nodiscard]] Status validate() const;
};

}  // namespace temblor
