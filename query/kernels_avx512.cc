#if defined(__x86_64__)
#include <immintrin.h>

#include "query/kernels.h"

namespace temblor {
namespace {

/// Each 32-bit lane of a gather holds table[c] below and a neighbour above; the weight's upper half
/// is zero, so one multiply-add drops the neighbour.
__m512i weigh(const uint16_t* table, __m512i components, __m128i weights) {
    const __m512i q = _mm512_i32gather_epi32(components, table, 2);
    return _mm512_madd_epi16(q, _mm512_cvtepu8_epi32(weights));
}

/// Adds as vectors do, wrapping; the intrinsic for it adds signed numbers.
uint32_t sum_lanes(__m512i v) {
    const __m256i eight =
        _mm256_add_epi32(_mm512_castsi512_si256(v), _mm512_extracti64x4_epi64(v, 1));
    const __m128i four =
        _mm_add_epi32(_mm256_castsi256_si128(eight), _mm256_extracti128_si256(eight, 1));
    const __m128i two = _mm_add_epi32(four, _mm_shuffle_epi32(four, 0x4E));
    return static_cast<uint32_t>(
        _mm_cvtsi128_si32(_mm_add_epi32(two, _mm_shuffle_epi32(two, 0xB1))));
}

__mmask16 first_lanes(size_t n) { return static_cast<__mmask16>((1U << n) - 1); }

uint32_t dot_u16_u8(const uint16_t* table, const uint16_t* components, const uint8_t* weights,
                    size_t n) {
    __m512i sum = _mm512_setzero_si512();
    size_t i = 0;
    for (; i + 16 <= n; i += 16) {
        const __m256i c = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(components + i));
        const __m128i w = _mm_loadu_si128(reinterpret_cast<const __m128i*>(weights + i));
        sum = _mm512_add_epi32(sum, weigh(table, _mm512_cvtepu16_epi32(c), w));
    }
    if (i < n) {
        const __mmask16 tail = first_lanes(n - i);
        const __m256i c = _mm256_maskz_loadu_epi16(tail, components + i);
        sum = _mm512_add_epi32(
            sum, weigh(table, _mm512_cvtepu16_epi32(c), _mm_maskz_loadu_epi8(tail, weights + i)));
    }
    return sum_lanes(sum);
}

uint32_t dot_u32_u8(const uint16_t* table, uint32_t limit, const uint32_t* components,
                    const uint8_t* weights, size_t n) {
    const __m512i limits = _mm512_set1_epi32(static_cast<int>(limit));
    __m512i sum = _mm512_setzero_si512();
    for (size_t i = 0; i < n; i += 16) {
        const __mmask16 in = n - i >= 16 ? static_cast<__mmask16>(0xFFFF) : first_lanes(n - i);
        const __m512i c = _mm512_min_epu32(_mm512_maskz_loadu_epi32(in, components + i), limits);
        sum = _mm512_add_epi32(sum, weigh(table, c, _mm_maskz_loadu_epi8(in, weights + i)));
    }
    return sum_lanes(sum);
}

float dot_u32_f32(const float* table, uint32_t limit, const uint32_t* components,
                  const float* values, size_t n) {
    const __m512i limits = _mm512_set1_epi32(static_cast<int>(limit));
    __m512 sum = _mm512_setzero_ps();
    for (size_t i = 0; i < n; i += 16) {
        const __mmask16 in = n - i >= 16 ? static_cast<__mmask16>(0xFFFF) : first_lanes(n - i);
        const __m512i c = _mm512_min_epu32(_mm512_maskz_loadu_epi32(in, components + i), limits);
        const __m512 q = _mm512_i32gather_ps(c, table, 4);
        sum = _mm512_fmadd_ps(q, _mm512_maskz_loadu_ps(in, values + i), sum);
    }
    return _mm512_reduce_add_ps(sum);
}

Range key_range(const uint16_t* sorted, uint32_t n, uint16_t first, uint16_t last) {
    const __m512i lo = _mm512_set1_epi16(static_cast<short>(first));
    const __m512i hi = _mm512_set1_epi16(static_cast<short>(last));
    uint32_t below = 0;
    uint32_t at_most = 0;
    for (uint32_t i = 0; i < n; i += 32) {
        const __m512i v = _mm512_loadu_si512(sorted + i);
        const uint32_t in = n - i >= 32 ? ~0U : (1U << (n - i)) - 1;
        const uint32_t less = _mm512_cmplt_epu16_mask(v, lo) & in;
        const uint32_t to = _mm512_cmple_epu16_mask(v, hi) & in;
        below += static_cast<uint32_t>(__builtin_popcount(less));
        at_most += static_cast<uint32_t>(__builtin_popcount(to));
        if (to != in) break;
    }
    return {below, at_most};
}

}  // namespace

const Kernels kernels_internal::kAvx512{"avx512", dot_u16_u8, dot_u32_u8, dot_u32_f32, key_range};

}  // namespace temblor
#endif
