#pragma once

#include <cstddef>
#include <cstdint>

namespace temblor {

/// out[i] = sum over j of matrix[i * columns + j] * vector[j], for `rows` rows, at the rate at
/// which the matrix comes from memory. Sums are float32. The instruction set is chosen at run time.
void multiply_matrix_vector(const float* matrix, size_t rows, size_t columns, const float* vector,
                            float* out);
/// The same of bfloat16 bits.
void multiply_matrix_vector(const uint16_t* matrix, size_t rows, size_t columns,
                            const float* vector, float* out);
/// The same of 8-bit integers.
void multiply_matrix_vector(const int8_t* matrix, size_t rows, size_t columns, const float* vector,
                            float* out);

}  // namespace temblor
