#pragma once

#include "compress/model/cuda/packed_floats.cuh"

namespace temblor {

/// What changes from step to step, in the GPU's memory.
struct DecodeState {
    int token;
    int position;
    int length;
    int best;
};

constexpr int kAttentionThreads = 256;
constexpr int kAttentionWarps = kAttentionThreads / 32;
/// Keys of a block at the least.
constexpr int kLeastKeys = 128;

template <typename T>
struct AttentionArguments {
    const T* qkv;
    const T* query_norm;
    const T* key_norm;
    T* keys;
    T* values;
    T* out;          ///< [heads, head size]
    float* partial;  ///< [kv heads, splits, group, head size + 2]
    unsigned* done;  ///< [kv heads], 0
    const DecodeState* state;
    const float* frequencies;
    float rope_scale;
    float epsilon;
    float scale;  ///< of scores, times log2(e)
    int heads;
    int kv_heads;
    int group;  ///< heads / kv_heads
    int rotated;
    int capacity;
    int window;
};

/// Norms (unless `gain` is null) and turns the row in shared memory, by one warp.
template <typename T, int kSize>
__device__ void turn_row(float* row, const T* gain, const AttentionArguments<T>& a) {
    const int lane = static_cast<int>(threadIdx.x) % 32;
    if (gain != nullptr) {
        float squares = 0;
        for (int d = lane; d < kSize; d += 32) squares += row[d] * row[d];
        const float inverse = rsqrtf(warp_sum(squares) / kSize + a.epsilon);
        for (int d = lane; d < kSize; d += 32) row[d] *= inverse * widen(gain[d]);
        __syncwarp();
    }
    const int half = a.rotated / 2;
    const float position = static_cast<float>(a.state->position);
    for (int i = lane; i < half; i += 32) {
        float sine;
        float cosine;
        sincosf(position * a.frequencies[i], &sine, &cosine);
        sine *= a.rope_scale;
        cosine *= a.rope_scale;
        const float x = row[i];
        const float y = row[i + half];
        row[i] = x * cosine - y * sine;
        row[i + half] = y * cosine + x * sine;
    }
    __syncwarp();
}

/// `kPer` numbers that follow each other.
template <typename T, int kPer>
__device__ __forceinline__ void load_some(const T* from, float (&out)[kPer]) {
    T some[kPer];
    if constexpr (kPer == 4) {
        *reinterpret_cast<uint2*>(some) = *reinterpret_cast<const uint2*>(from);
    } else if constexpr (kPer == 2) {
        *reinterpret_cast<unsigned*>(some) = *reinterpret_cast<const unsigned*>(from);
    } else {
#pragma unroll
        for (int i = 0; i < kPer; ++i) some[i] = from[i];
    }
#pragma unroll
    for (int i = 0; i < kPer; ++i) out[i] = widen(some[i]);
}

/// Attention of one new row: blockIdx.x is a key head with the query heads that share it,
/// blockIdx.y a part of the keys. The block with the last part writes the new key and value first;
/// the block that ends last joins the parts (softmax as running maxima and sums).
template <typename T, int kSize, int kGroup>
__global__ void __launch_bounds__(kAttentionThreads) attend_row(AttentionArguments<T> a) {
    constexpr int kPer = kSize / 32;
    constexpr int kBatch = 4;
    __shared__ float turned[kGroup + 1][kSize];
    __shared__ float maxima[kAttentionWarps][kGroup];
    __shared__ float sums[kAttentionWarps][kGroup];
    __shared__ float weighted[kAttentionWarps][kGroup][kSize];
    __shared__ bool is_last;

    const int head = static_cast<int>(blockIdx.x);
    const int splits = static_cast<int>(gridDim.y);
    const int split = static_cast<int>(blockIdx.y);
    const int warp = static_cast<int>(threadIdx.x) / 32;
    const int lane = static_cast<int>(threadIdx.x) % 32;
    const int length = a.state->length;
    const int all = length + 1;
    const int first = a.window > 0 && all > a.window ? all - a.window : 0;
    const int per = max(kLeastKeys, (all - first + splits - 1) / splits);
    const int active = (all - first + per - 1) / per;
    if (split >= active) return;
    let_next_start();
    wait_for_previous();
    const int begin = first + split * per;
    const int end = min(begin + per, all);
    T* const head_keys = a.keys + static_cast<size_t>(head) * a.capacity * kSize;
    T* const head_values = a.values + static_cast<size_t>(head) * a.capacity * kSize;

    for (int r = warp; r <= a.group; r += kAttentionWarps) {
        const bool is_key = r == a.group;
        const int from = is_key ? a.heads + head : head * a.group + r;
        float* row = turned[is_key ? kGroup : r];
        for (int d = lane; d < kSize; d += 32) row[d] = widen(a.qkv[from * kSize + d]);
        __syncwarp();
        turn_row<T, kSize>(row, is_key ? a.key_norm : a.query_norm, a);
    }
    __syncthreads();
    if (end == all) {
        for (int d = static_cast<int>(threadIdx.x); d < kSize; d += kAttentionThreads) {
            const size_t at = static_cast<size_t>(length) * kSize + d;
            narrow(turned[kGroup][d], head_keys[at]);
            head_values[at] = a.qkv[(a.heads + a.kv_heads + head) * kSize + d];
        }
        __syncthreads();
    }

    float query[kGroup][kPer];
    float sum[kGroup];
    float most[kGroup];
    float acc[kGroup][kPer];
#pragma unroll
    for (int g = 0; g < kGroup; ++g) {
        sum[g] = 0;
        most[g] = -INFINITY;
#pragma unroll
        for (int p = 0; p < kPer; ++p) {
            query[g][p] = g < a.group ? turned[g][lane * kPer + p] * a.scale : 0.0F;
            acc[g][p] = 0;
        }
    }
    for (int j = begin + warp * kBatch; j < end; j += kAttentionWarps * kBatch) {
        float key[kBatch][kPer];
        float value[kBatch][kPer];
#pragma unroll
        for (int b = 0; b < kBatch; ++b) {
            const size_t at = static_cast<size_t>(min(j + b, end - 1)) * kSize + lane * kPer;
            load_some<T, kPer>(head_keys + at, key[b]);
            load_some<T, kPer>(head_values + at, value[b]);
        }
#pragma unroll
        for (int g = 0; g < kGroup; ++g) {
            float score[kBatch];
            float next = most[g];
#pragma unroll
            for (int b = 0; b < kBatch; ++b) {
                float product = 0;
#pragma unroll
                for (int p = 0; p < kPer; ++p) product = fmaf(query[g][p], key[b][p], product);
                score[b] = warp_sum(product);
                if (j + b >= end) score[b] = -INFINITY;
                next = fmaxf(next, score[b]);
            }
            const float shrink = exp2f(most[g] - next);
            most[g] = next;
            sum[g] *= shrink;
#pragma unroll
            for (int p = 0; p < kPer; ++p) acc[g][p] *= shrink;
#pragma unroll
            for (int b = 0; b < kBatch; ++b) {
                const float weight = exp2f(score[b] - next);
                sum[g] += weight;
#pragma unroll
                for (int p = 0; p < kPer; ++p) {
                    acc[g][p] = fmaf(weight, value[b][p], acc[g][p]);
                }
            }
        }
    }
#pragma unroll
    for (int g = 0; g < kGroup; ++g) {
        if (lane == 0) {
            maxima[warp][g] = most[g];
            sums[warp][g] = sum[g];
        }
#pragma unroll
        for (int p = 0; p < kPer; ++p) weighted[warp][g][lane * kPer + p] = acc[g][p];
    }
    __syncthreads();

    constexpr int kWidth = kSize + 2;
    float* const parts = a.partial + static_cast<size_t>(head) * splits * a.group * kWidth;
    for (int i = static_cast<int>(threadIdx.x); i < a.group * kSize; i += kAttentionThreads) {
        const int g = i / kSize;
        const int d = i % kSize;
        float top = -INFINITY;
        for (int w = 0; w < kAttentionWarps; ++w) top = fmaxf(top, maxima[w][g]);
        float total = 0;
        float value = 0;
        for (int w = 0; w < kAttentionWarps; ++w) {
            const float share = exp2f(maxima[w][g] - top);
            total += sums[w][g] * share;
            value += weighted[w][g][d] * share;
        }
        if (active == 1) {
            narrow(value / total, a.out[(head * a.group + g) * kSize + d]);
            continue;
        }
        float* const part = parts + static_cast<size_t>(split * a.group + g) * kWidth;
        part[d] = value;
        if (d == 0) {
            part[kSize] = top;
            part[kSize + 1] = total;
        }
    }
    if (active == 1) return;
    __threadfence();
    __syncthreads();
    if (threadIdx.x == 0) {
        is_last = atomicAdd(a.done + head, 1U) == static_cast<unsigned>(active - 1);
        if (is_last) a.done[head] = 0;
    }
    __syncthreads();
    if (!is_last) return;
    __threadfence();
    for (int i = static_cast<int>(threadIdx.x); i < a.group * kSize; i += kAttentionThreads) {
        const int g = i / kSize;
        const int d = i % kSize;
        float top = -INFINITY;
        for (int s = 0; s < active; ++s) {
            top = fmaxf(top, __ldcg(parts + static_cast<size_t>(s * a.group + g) * kWidth + kSize));
        }
        float total = 0;
        float value = 0;
        for (int s = 0; s < active; ++s) {
            const float* part = parts + static_cast<size_t>(s * a.group + g) * kWidth;
            const float share = exp2f(__ldcg(part + kSize) - top);
            total += __ldcg(part + kSize + 1) * share;
            value += __ldcg(part + d) * share;
        }
        narrow(value / total, a.out[(head * a.group + g) * kSize + d]);
    }
}

}  // namespace temblor
