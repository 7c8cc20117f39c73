#pragma once

#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "compress/model/model_options.h"
#include "data/status.h"

namespace temblor {

/// The device of ModelOptions::device. A CUDA device opens libtorch_cuda, which needs NVIDIA's
/// libraries (pip install torch); a private device is known by the name it is registered under.
/// Errors: kInvalidArgument for a name that is no device, kUnavailable where it cannot be used.
Result<at::Device> choose_device(const ModelOptions& options);

/// The type that ModelOptions::precision names. Errors: kUnimplemented where `device` does not
/// multiply in it.
Result<at::ScalarType> choose_scalar_type(const ModelOptions& options, at::Device device);

/// Sets the number of threads of the process where `options` asks for one.
void apply_threads(const ModelOptions& options);

/// A copy of `values` on `device`: ids and positions as int64, masks as bool, and so on.
at::Tensor to_device(const std::vector<int64_t>& values, at::Device device);

/// `tensor` in memory of the CPU as contiguous float32.
at::Tensor to_floats(const at::Tensor& tensor);

}  // namespace temblor
