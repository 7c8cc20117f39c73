#pragma once

#include "compress/model/cuda/packed_floats.cuh"

namespace temblor {

constexpr int kRowThreads = 256;
constexpr int kRowWarps = kRowThreads / 32;

/// Blocks of a kernel with a warp a row.
inline unsigned row_blocks(int rows) {
    return static_cast<unsigned>((rows + kRowWarps - 1) / kRowWarps);
}

/// Products of `R` rows of weights with one vector, a warp. With kNorm the vector is x * gain /
/// rms(x): the sum of squares is taken on the way, and the products divided at the end. The loads
/// of weights, which are most of the work, are kLoads * R at a time and pass the caches; the first
/// of them do not wait for the kernel before, which makes the vector.
template <typename T, int R, bool kNorm>
__device__ __forceinline__ void row_products(const T* const (&rows)[R], const T* x, const T* gain,
                                             float epsilon, int size, float (&sums)[R]) {
    constexpr int kLoads = 4 / R;
    const int lane = static_cast<int>(threadIdx.x) % 32;
    const int chunks = size / 8;
    float squares = 0;
#pragma unroll
    for (int r = 0; r < R; ++r) sums[r] = 0;
    let_next_start();
    for (int base = lane; base < chunks; base += 32 * kLoads) {
        uint4 weights[R][kLoads];
#pragma unroll
        for (int i = 0; i < kLoads; ++i) {
            const int chunk = base + 32 * i;
#pragma unroll
            for (int r = 0; r < R; ++r) {
                weights[r][i] = chunk < chunks
                                    ? __ldcs(reinterpret_cast<const uint4*>(rows[r]) + chunk)
                                    : uint4{0, 0, 0, 0};
            }
        }
        if (base == lane) wait_for_previous();
#pragma unroll
        for (int i = 0; i < kLoads; ++i) {
            const int chunk = base + 32 * i;
            if (chunk >= chunks) break;
            float values[8];
            unpack(reinterpret_cast<const uint4*>(x)[chunk], x, values);
            if constexpr (kNorm) {
                float gains[8];
                unpack(reinterpret_cast<const uint4*>(gain)[chunk], gain, gains);
#pragma unroll
                for (int j = 0; j < 8; ++j) {
                    squares = fmaf(values[j], values[j], squares);
                    values[j] *= gains[j];
                }
            }
#pragma unroll
            for (int r = 0; r < R; ++r) {
                float row[8];
                unpack(weights[r][i], x, row);
#pragma unroll
                for (int j = 0; j < 8; ++j) sums[r] = fmaf(row[j], values[j], sums[r]);
            }
        }
    }
    float scale = 1;
    if constexpr (kNorm) {
        scale = rsqrtf(warp_sum(squares) / static_cast<float>(size) + epsilon);
    }
#pragma unroll
    for (int r = 0; r < R; ++r) sums[r] = warp_sum(sums[r]) * scale;
}

/// out = W norm(x) + bias, in T or float.
template <typename T, typename Out>
__global__ void __launch_bounds__(kRowThreads)
    normed_rows(const T* weights, const T* bias, const T* x, const T* gain, float epsilon, int rows,
                int size, Out* out) {
    const int row = static_cast<int>(blockIdx.x) * kRowWarps + static_cast<int>(threadIdx.x) / 32;
    if (row >= rows) return;
    const T* const at[1] = {weights + static_cast<size_t>(row) * size};
    float sums[1];
    row_products<T, 1, true>(at, x, gain, epsilon, size, sums);
    if (threadIdx.x % 32 != 0) return;
    if (bias != nullptr) sums[0] += widen(bias[row]);
    if constexpr (sizeof(Out) == 4) {
        out[row] = sums[0];
    } else {
        narrow(sums[0], out[row]);
    }
}

/// out = silu(gate) * up of the products of norm(x) with rows `row` and `half + row`.
template <typename T>
__global__ void __launch_bounds__(kRowThreads)
    gated_rows(const T* weights, const T* bias, const T* x, const T* gain, float epsilon, int half,
               int size, T* out) {
    const int row = static_cast<int>(blockIdx.x) * kRowWarps + static_cast<int>(threadIdx.x) / 32;
    if (row >= half) return;
    const T* const at[2] = {weights + static_cast<size_t>(row) * size,
                            weights + static_cast<size_t>(half + row) * size};
    float sums[2];
    row_products<T, 2, true>(at, x, gain, epsilon, size, sums);
    if (threadIdx.x % 32 != 0) return;
    if (bias != nullptr) {
        sums[0] += widen(bias[row]);
        sums[1] += widen(bias[half + row]);
    }
    narrow(sums[0] / (1.0F + expf(-sums[0])) * sums[1], out[row]);
}

/// sum += W x + bias.
template <typename T>
__global__ void __launch_bounds__(kRowThreads)
    added_rows(const T* weights, const T* bias, const T* x, int rows, int size, T* sum) {
    const int row = static_cast<int>(blockIdx.x) * kRowWarps + static_cast<int>(threadIdx.x) / 32;
    if (row >= rows) return;
    const T* const at[1] = {weights + static_cast<size_t>(row) * size};
    float sums[1];
    row_products<T, 1, false>(at, x, nullptr, 0, size, sums);
    if (threadIdx.x % 32 != 0) return;
    if (bias != nullptr) sums[0] += widen(bias[row]);
    narrow(sums[0] + widen(sum[row]), sum[row]);
}

}  // namespace temblor
