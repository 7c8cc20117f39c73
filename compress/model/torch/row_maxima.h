#pragma once

#include <cstddef>
#include <cstdint>

#include <ATen/core/Tensor.h>

namespace temblor {

/// The largest value of each row of columns [begin, begin + count) of `scores` [rows, columns],
/// into `out` [rows] of the same type; both contiguous. On the CPU 16-bit floats are compared as
/// whole numbers, several times as fast as libtorch reduces them; else it is libtorch's reduction.
void row_maxima(const at::Tensor& scores, int64_t begin, int64_t count, at::Tensor out);

/// The same of 16-bit floats (bfloat16 or IEEE half, none NaN) as their bits: `rows` rows `stride`
/// apart, `count` > 0 values of each. -0 counts as less than 0.
void row_maxima_16(const uint16_t* scores, size_t rows, size_t stride, size_t count, uint16_t* out);

}  // namespace temblor
