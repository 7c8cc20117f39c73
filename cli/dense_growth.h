#pragma once

#include <cstdint>
#include <string>

#include "cli/command.h"

namespace temblor::cli {

/// `temblor synth --grow`.
struct DenseGrowth {
    std::string base;
    uint64_t rows = 0;
    std::string output;
    uint64_t queries = 0;
    std::string queries_output;
    std::string values = "f32";
    uint64_t seed = 42;
};
Outcome grow_dense(const DenseGrowth& asked);

}  // namespace temblor::cli
