#pragma once

#include <cstdint>
#include <string>

namespace temblor {

/// What weights are held and multiplied in. Sums, norms, softmax and results are float32 always.
enum class Precision : uint8_t { kF32, kBF16, kF16 };

/// Where and how a model runs.
struct ModelOptions {
    /// "cpu", "cuda" or "cuda:1"; empty: what TEMBLOR_DEVICE says, else the CPU.
    std::string device;
    Precision precision = Precision::kF32;
    /// Threads of one call on the CPU, of the whole process; 0: left as it is.
    int threads = 0;
};

}  // namespace temblor
