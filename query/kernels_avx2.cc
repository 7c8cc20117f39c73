#if defined(__x86_64__)
#include <immintrin.h>

#include "query/kernels.h"

namespace temblor {
namespace {

uint32_t sum_lanes(__m256i v) {
    const __m128i four = _mm_add_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
    const __m128i two = _mm_add_epi32(four, _mm_shuffle_epi32(four, 0x4E));
    return static_cast<uint32_t>(
        _mm_cvtsi128_si32(_mm_add_epi32(two, _mm_shuffle_epi32(two, 0xB1))));
}

/// Each 32-bit lane of a gather holds table[c] below and a neighbour above; the weight's upper half
/// is zero, so one multiply-add drops the neighbour.
__m256i weigh(const uint16_t* table, __m256i components, const uint8_t* weights) {
    const __m256i q = _mm256_i32gather_epi32(reinterpret_cast<const int*>(table), components, 2);
    const __m256i w =
        _mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(weights)));
    return _mm256_madd_epi16(q, w);
}

uint32_t dot_u16_u8(const uint16_t* table, const uint16_t* components, const uint8_t* weights,
                    size_t n) {
    __m256i sum = _mm256_setzero_si256();
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        const __m128i c = _mm_loadu_si128(reinterpret_cast<const __m128i*>(components + i));
        sum = _mm256_add_epi32(sum, weigh(table, _mm256_cvtepu16_epi32(c), weights + i));
    }
    uint32_t total = sum_lanes(sum);
    for (; i < n; ++i) total += uint32_t{table[components[i]]} * weights[i];
    return total;
}

uint32_t dot_u32_u8(const uint16_t* table, uint32_t limit, const uint32_t* components,
                    const uint8_t* weights, size_t n) {
    const __m256i limits = _mm256_set1_epi32(static_cast<int>(limit));
    __m256i sum = _mm256_setzero_si256();
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        const __m256i c = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(components + i));
        sum = _mm256_add_epi32(sum, weigh(table, _mm256_min_epu32(c, limits), weights + i));
    }
    uint32_t total = sum_lanes(sum);
    for (; i < n; ++i) {
        total += uint32_t{table[components[i] < limit ? components[i] : limit]} * weights[i];
    }
    return total;
}

float dot_u32_f32(const float* table, uint32_t limit, const uint32_t* components,
                  const float* values, size_t n) {
    const __m256i limits = _mm256_set1_epi32(static_cast<int>(limit));
    __m256 sum = _mm256_setzero_ps();
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        const __m256i c = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(components + i));
        const __m256 q = _mm256_i32gather_ps(table, _mm256_min_epu32(c, limits), 4);
        sum = _mm256_fmadd_ps(q, _mm256_loadu_ps(values + i), sum);
    }
    const __m128 four = _mm_add_ps(_mm256_castps256_ps128(sum), _mm256_extractf128_ps(sum, 1));
    const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    float total = _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
    for (; i < n; ++i) total += table[components[i] < limit ? components[i] : limit] * values[i];
    return total;
}

Range key_range(const uint16_t* sorted, uint32_t n, uint16_t first, uint16_t last) {
    const __m256i lo = _mm256_set1_epi16(static_cast<short>(first));
    const __m256i hi = _mm256_set1_epi16(static_cast<short>(last));
    uint32_t below = 0;    // two bits an entry
    uint32_t at_most = 0;  // likewise
    for (uint32_t i = 0; i < n; i += 16) {
        const __m256i v = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(sorted + i));
        const uint32_t in = n - i >= 16 ? ~0U : (1U << (2 * (n - i))) - 1;
        const auto from = static_cast<uint32_t>(_mm256_movemask_epi8(
                              _mm256_cmpeq_epi16(_mm256_max_epu16(v, lo), v))) &
                          in;
        const auto to = static_cast<uint32_t>(
                            _mm256_movemask_epi8(_mm256_cmpeq_epi16(_mm256_min_epu16(v, hi), v))) &
                        in;
        below += static_cast<uint32_t>(__builtin_popcount(in & ~from));
        at_most += static_cast<uint32_t>(__builtin_popcount(to));
        if (to != in) break;
    }
    return {below / 2, at_most / 2};
}

}  // namespace

const Kernels kernels_internal::kAvx2{"avx2", dot_u16_u8, dot_u32_u8, dot_u32_f32, key_range};

}  // namespace temblor
#endif
