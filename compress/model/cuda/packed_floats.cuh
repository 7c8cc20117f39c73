#pragma once

#include <cuda_bf16.h>
#include <cuda_fp16.h>

namespace temblor {

/// Eight numbers of 16 bits as they are loaded at once, as floats.
__device__ __forceinline__ void unpack(const uint4& packed, const __nv_bfloat16*, float (&out)[8]) {
    const unsigned words[4] = {packed.x, packed.y, packed.z, packed.w};
#pragma unroll
    for (int i = 0; i < 4; ++i) {
        out[2 * i] = __uint_as_float(words[i] << 16);
        out[2 * i + 1] = __uint_as_float(words[i] & 0xffff0000U);
    }
}

__device__ __forceinline__ void unpack(const uint4& packed, const __half*, float (&out)[8]) {
    const unsigned words[4] = {packed.x, packed.y, packed.z, packed.w};
#pragma unroll
    for (int i = 0; i < 4; ++i) {
        const __half2 pair = *reinterpret_cast<const __half2*>(&words[i]);
        out[2 * i] = __low2float(pair);
        out[2 * i + 1] = __high2float(pair);
    }
}

__device__ __forceinline__ float widen(__nv_bfloat16 value) { return __bfloat162float(value); }
__device__ __forceinline__ float widen(__half value) { return __half2float(value); }
__device__ __forceinline__ void narrow(float value, __nv_bfloat16& out) {
    out = __float2bfloat16(value);
}
__device__ __forceinline__ void narrow(float value, __half& out) { out = __float2half(value); }

/// Where the GPU can (sm_90), a kernel starts while the one before it ends: let_next_start() as
/// soon as it runs, wait_for_previous() before it reads what that one wrote.
__device__ __forceinline__ void let_next_start() {
#if __CUDA_ARCH__ >= 900
    asm volatile("griddepcontrol.launch_dependents;");
#endif
}
__device__ __forceinline__ void wait_for_previous() {
#if __CUDA_ARCH__ >= 900
    asm volatile("griddepcontrol.wait;" ::: "memory");
#endif
}

__device__ __forceinline__ float warp_sum(float value) {
#pragma unroll
    for (int step = 16; step > 0; step /= 2) value += __shfl_xor_sync(0xffffffffU, value, step);
    return value;
}

}  // namespace temblor
