#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "data/status.h"

namespace temblor {

/// What weights are held and multiplied in. Sums, norms, softmax and results are float32 always.
/// kInt8: the matrices of layers (and a reader's output) as 8-bit integers with a scale a row, made
/// when the model is loaded: a quarter of float32's memory; what they multiply is float32 on a CPU,
/// bfloat16 elsewhere.
enum class Precision : uint8_t { kF32, kBF16, kF16, kInt8 };

/// "f32", "bf16", "f16" or "int8". Errors: kInvalidArgument.
Result<Precision> parse_precision(std::string_view name);

/// Where and how a model runs.
struct ModelOptions {
    /// "cpu", "cuda" or "cuda:1"; empty: what TEMBLOR_DEVICE says, else the CPU.
    std::string device;
    Precision precision = Precision::kF32;
    /// Threads of one call on the CPU, of the whole process; 0: left as it is.
    int threads = 0;
};

}  // namespace temblor
