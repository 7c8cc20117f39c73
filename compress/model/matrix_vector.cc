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
using Bytes = int8_t __attribute__((vector_size(16)));
using Shorts = int16_t __attribute__((vector_size(32)));
using Integers = int32_t __attribute__((vector_size(64)));
using Words = uint32_t __attribute__((vector_size(64)));

}  // namespace

TEMBLOR_MATRIX_CLONES
void multiply_matrix_vector(const float* matrix, size_t rows, size_t columns, const float* vector,
                            float* out) {
    constexpr size_t kStep = kLanes * kSums;
    for (size_t i = 0; i < rows; ++i, matrix += columns) {
        Floats sums[kSums] = {};
        size_t j = 0;
        for (; j + kStep <= columns; j += kStep) {
            for (size_t s = 0; s < kSums; ++s) {
                Floats weights;
                Floats values;
                std::memcpy(&weights, matrix + j + s * kLanes, sizeof weights);
                std::memcpy(&values, vector + j + s * kLanes, sizeof values);
                sums[s] += weights * values;
            }
        }
        const Floats all = (sums[0] + sums[1]) + (sums[2] + sums[3]);
        float sum = 0;
        for (size_t k = 0; k < kLanes; ++k) sum += all[k];
        for (; j < columns; ++j) sum += matrix[j] * vector[j];
        out[i] = sum;
    }
}

TEMBLOR_MATRIX_CLONES
void multiply_matrix_vector(const uint16_t* matrix, size_t rows, size_t columns,
                            const float* vector, float* out) {
    constexpr size_t kStep = kLanes * kSums;
    for (size_t i = 0; i < rows; ++i, matrix += columns) {
        Floats sums[kSums] = {};
        size_t j = 0;
        for (; j + kStep <= columns; j += kStep) {
            for (size_t s = 0; s < kSums; ++s) {
                Halves halves;
                Floats values;
                std::memcpy(&halves, matrix + j + s * kLanes, sizeof halves);
                std::memcpy(&values, vector + j + s * kLanes, sizeof values);
                const Words words = __builtin_convertvector(halves, Words) << 16;
                Floats weights;
                std::memcpy(&weights, &words, sizeof weights);
                sums[s] += weights * values;
            }
        }
        const Floats all = (sums[0] + sums[1]) + (sums[2] + sums[3]);
        float sum = 0;
        for (size_t k = 0; k < kLanes; ++k) sum += all[k];
        for (; j < columns; ++j) {
            const uint32_t word = uint32_t{matrix[j]} << 16;
            float weight = 0;
            std::memcpy(&weight, &word, sizeof weight);
            sum += weight * vector[j];
        }
        out[i] = sum;
    }
}

TEMBLOR_MATRIX_CLONES
void multiply_matrix_vector(const int8_t* matrix, size_t rows, size_t columns, const float* vector,
                            float* out) {
    constexpr size_t kStep = kLanes * kSums;
    for (size_t i = 0; i < rows; ++i, matrix += columns) {
        Floats sums[kSums] = {};
        size_t j = 0;
        for (; j + kStep <= columns; j += kStep) {
            for (size_t s = 0; s < kSums; ++s) {
                Bytes bytes;
                Floats values;
                std::memcpy(&bytes, matrix + j + s * kLanes, sizeof bytes);
                std::memcpy(&values, vector + j + s * kLanes, sizeof values);
                // Step by step: compilers have instructions for each, but not for all at once.
                const auto shorts = __builtin_convertvector(bytes, Shorts);
                const auto integers = __builtin_convertvector(shorts, Integers);
                sums[s] += __builtin_convertvector(integers, Floats) * values;
            }
        }
        const Floats all = (sums[0] + sums[1]) + (sums[2] + sums[3]);
        float sum = 0;
        for (size_t k = 0; k < kLanes; ++k) sum += all[k];
        for (; j < columns; ++j) sum += static_cast<float>(matrix[j]) * vector[j];
        out[i] = sum;
    }
}

}  // namespace temblor
