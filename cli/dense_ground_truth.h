#pragma once

#include <cstdint>
#include <string>

#include "cli/command.h"

namespace temblor::cli {

/// `temblor groundtruth` of dense vectors.
struct DenseGroundTruth {
    std::string input;
    std::string queries;
    std::string output;
    std::string metric;  ///< "ip", "cosine", "l2"; empty: cosine
    uint32_t k = 100;
    uint32_t threads = 0;  ///< 0: all cores
};
Outcome find_dense_ground_truth(const DenseGroundTruth& asked);

}  // namespace temblor::cli
