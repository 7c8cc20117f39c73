#pragma once

#include "compress/model/cuda/attention_kernel.cuh"

namespace temblor {

constexpr int kChoiceThreads = 256;
constexpr int kChoiceBlocks = 64;

/// The row of the state's token into `hidden`.
template <typename T>
__global__ void take_row(const T* table, const DecodeState* state, int size, T* hidden) {
    const int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
    let_next_start();
    wait_for_previous();
    if (i < size) hidden[i] = table[static_cast<size_t>(state->token) * size + i];
}

/// One of two scores: the higher, of equal ones the one with the smaller id.
__device__ __forceinline__ void take_better(float& score, int& id, float other, int other_id) {
    if (other > score || (other == score && other_id < id)) {
        score = other;
        id = other_id;
    }
}

/// The best of a block's threads, in thread 0.
__device__ __forceinline__ void best_of_block(float& score, int& id) {
    __shared__ float scores[kChoiceThreads];
    __shared__ int ids[kChoiceThreads];
    scores[threadIdx.x] = score;
    ids[threadIdx.x] = id;
    __syncthreads();
    for (unsigned step = kChoiceThreads / 2; step > 0; step /= 2) {
        if (threadIdx.x < step) {
            take_better(scores[threadIdx.x], ids[threadIdx.x], scores[threadIdx.x + step],
                        ids[threadIdx.x + step]);
        }
        __syncthreads();
    }
    score = scores[0];
    id = ids[0];
}

/// The best score of each block's share.
static __global__ void best_of_shares(const float* logits, int count, float* scores, int* ids) {
    float score = -INFINITY;
    int id = 0x7fffffff;
    let_next_start();
    wait_for_previous();
    const int step = static_cast<int>(gridDim.x * blockDim.x);
    for (int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x); i < count; i += step) {
        take_better(score, id, logits[i], i);
    }
    best_of_block(score, id);
    if (threadIdx.x == 0) {
        scores[blockIdx.x] = score;
        ids[blockIdx.x] = id;
    }
}

/// The best of kChoiceBlocks shares, into the state.
static __global__ void best_of_all(const float* scores, const int* ids, DecodeState* state) {
    float score = -INFINITY;
    int id = 0x7fffffff;
    wait_for_previous();
    if (threadIdx.x < kChoiceBlocks) {
        score = scores[threadIdx.x];
        id = ids[threadIdx.x];
    }
    best_of_block(score, id);
    if (threadIdx.x == 0) state->best = id;
}

}  // namespace temblor
