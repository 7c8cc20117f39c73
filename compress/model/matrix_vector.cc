#include "compress/model/matrix_vector.h"

#include <cstring>

// One loop, compiled for several instruction sets; the loader chooses. The sanitizers' runtimes are
// not up yet when it does.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define TEMBLOR_MATRIX_CLONES \
    __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define TEMBLOR_MATRIX_CLONES
#endif

namespace temblor {
namespace {

constexpr size_t kLanes = 16;
/// Sums that do not wait for each other.
constexpr size_t kSums = 4;
using Floats = float __attribute__((vector_size(64)));
using Halves = uint16_t __attribute__((vector_size(32)));
using Words = uint32_t __attribute__((vector_size(64)));
using Bytes = int8_t __attribute__((vector_size(16)));
using Shorts = int16_t __attribute__((vector_size(32)));
using Integers = int32_t __attribute__((vector_size(64)));

/// What is inlined below is compiled for the instruction set of what it is inlined into.
#define TEMBLOR_INLINE [[gnu::always_inline]] inline

// Vectors are not returned: without the instruction set that would be another calling convention.
TEMBLOR_INLINE void widen(const float* weights, Floats& floats) {
    std::memcpy(&floats, weights, sizeof floats);
}
TEMBLOR_INLINE void widen(const uint16_t* weights, Floats& floats) {
    Halves halves;
    std::memcpy(&halves, weights, sizeof halves);
    const Words words = __builtin_convertvector(halves, Words) << 16;
    std::memcpy(&floats, &words, sizeof floats);
}
TEMBLOR_INLINE void widen(const int8_t* weights, Floats& floats) {
    Bytes bytes;
    std::memcpy(&bytes, weights, sizeof bytes);
    // Step by step: compilers have instructions for each, but not for all at once.
    const auto shorts = __builtin_convertvector(bytes, Shorts);
    floats = __builtin_convertvector(__builtin_convertvector(shorts, Integers), Floats);
}

TEMBLOR_INLINE float widened(float weight) { return weight; }
TEMBLOR_INLINE float widened(uint16_t weight) {
    const uint32_t word = uint32_t{weight} << 16;
    float value = 0;
    std::memcpy(&value, &word, sizeof value);
    return value;
}
TEMBLOR_INLINE float widened(int8_t weight) { return static_cast<float>(weight); }

template <typename Weight>
TEMBLOR_INLINE void multiply(const Weight* matrix, size_t rows, size_t columns, const float* vector,
                             float* out) {
    constexpr size_t kStep = kLanes * kSums;
    for (size_t i = 0; i < rows; ++i, matrix += columns) {
        Floats sums[kSums] = {};
        size_t j = 0;
        for (; j + kStep <= columns; j += kStep) {
            for (size_t s = 0; s < kSums; ++s) {
                Floats weights;
                Floats values;
                widen(matrix + j + s * kLanes, weights);
                widen(vector + j + s * kLanes, values);
                sums[s] += weights * values;
            }
        }
        const Floats all = (sums[0] + sums[1]) + (sums[2] + sums[3]);
        float sum = 0;
        for (size_t k = 0; k < kLanes; ++k) sum += all[k];
        for (; j < columns; ++j) sum += widened(matrix[j]) * vector[j];
        out[i] = sum;
    }
}

}  // namespace

TEMBLOR_MATRIX_CLONES
void multiply_matrix_vector(const float* matrix, size_t rows, size_t columns, const float* vector,
                            float* out) {
    multiply(matrix, rows, columns, vector, out);
}

TEMBLOR_MATRIX_CLONES
void multiply_matrix_vector(const uint16_t* matrix, size_t rows, size_t columns,
                            const float* vector, float* out) {
    multiply(matrix, rows, columns, vector, out);
}

TEMBLOR_MATRIX_CLONES
void multiply_matrix_vector(const int8_t* matrix, size_t rows, size_t columns, const float* vector,
                            float* out) {
    multiply(matrix, rows, columns, vector, out);
}

}  // namespace temblor
