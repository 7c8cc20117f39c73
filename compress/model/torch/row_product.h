#pragma once

#include <ATen/core/Tensor.h>

#include "compress/model/torch/linear.h"

namespace temblor {

/// What Linear gives for [n, in] with a weight that is not prepacked, by the fastest way for few
/// rows: on the CPU one row is a product of matrix and vector.
at::Tensor row_product(const at::Tensor& input, const Linear& linear);

/// Adds it to `sum` [n, out].
void add_product(at::Tensor& sum, const at::Tensor& input, const Linear& linear);

}  // namespace temblor
