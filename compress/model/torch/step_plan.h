#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "compress/model/reader_input.h"

namespace temblor {

/// Rows [begin, begin + rows) of a request within a step.
struct StepPiece {
    size_t request = 0;
    int64_t begin = 0;
    int64_t rows = 0;
};

/// Packs the rows of `requests`, in order, into steps of at most `chunk` rows. A request's last
/// piece holds all the rows its observer wants, as far as the chunk does. Pieces of one request are
/// in different steps.
std::vector<std::vector<StepPiece>> plan_steps(std::span<const ReadRequest> requests,
                                               int64_t chunk);

}  // namespace temblor
