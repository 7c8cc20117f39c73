#if defined(__x86_64__)
#include <immintrin.h>

#include "query/dense/dense_kernels.h"

namespace temblor {
namespace {

__m512 load(__mmask16 in, const float* at) { return _mm512_maskz_loadu_ps(in, at); }
__m512 load(__mmask16 in, const uint16_t* at) {
    return _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(in, at));
}
__m512 load(__mmask16 in, const uint8_t* at) {
    return _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_maskz_loadu_epi8(in, at)));
}

template <typename T>
float dot(const float* query, const T* vector, size_t n) {
    __m512 lanes[4];
    for (__m512& l : lanes) l = _mm512_setzero_ps();
    size_t i = 0;
    for (; i + 64 <= n; i += 64) {
        for (size_t l = 0; l < 4; ++l) {
            lanes[l] = _mm512_add_ps(lanes[l],
                                     _mm512_mul_ps(_mm512_loadu_ps(query + i + 16 * l),
                                                   load(__mmask16{0xFFFF}, vector + i + 16 * l)));
        }
    }
    for (size_t l = 0; i < n; i += 16, ++l) {
        const auto in = static_cast<__mmask16>(n - i >= 16 ? 0xFFFFU : (1U << (n - i)) - 1);
        lanes[l] = _mm512_add_ps(
            lanes[l], _mm512_mul_ps(_mm512_maskz_loadu_ps(in, query + i), load(in, vector + i)));
    }
    const __m512 sixteen = _mm512_add_ps(_mm512_add_ps(lanes[0], lanes[2]),
                                         _mm512_add_ps(lanes[1], lanes[3]));
    const __m256 eight =
        _mm256_add_ps(_mm512_castps512_ps256(sixteen), _mm512_extractf32x8_ps(sixteen, 1));
    const __m128 four =
        _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
    const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_shuffle_ps(two, two, 1)));
}

__m256i fold(__m512i v) {
    return _mm256_add_epi16(_mm512_castsi512_si256(v), _mm512_extracti64x4_epi64(v, 1));
}

void scan_codes(const uint8_t* codes, const uint8_t* tables, uint32_t chunks, uint32_t groups,
                uint16_t least, uint16_t* sums, uint16_t* above) {
    const __m512i low_bits = _mm512_set1_epi8(15);
    const __m256i bar = _mm256_set1_epi16(static_cast<short>(least));
    for (uint32_t g = 0; g < groups; ++g) {
        __m512i whole = _mm512_setzero_si512();  // even bytes, and odd ones times 256
        __m512i odd = _mm512_setzero_si512();
        const uint8_t* table = tables;
        for (uint32_t c = 0; c < chunks; ++c, codes += 64, table += 128) {
            const __m512i code = _mm512_loadu_si512(codes);
            const __m512i sum = _mm512_add_epi8(
                _mm512_shuffle_epi8(_mm512_loadu_si512(table), _mm512_and_si512(code, low_bits)),
                _mm512_shuffle_epi8(_mm512_loadu_si512(table + 64),
                                    _mm512_and_si512(_mm512_srli_epi16(code, 4), low_bits)));
            whole = _mm512_add_epi16(whole, sum);
            odd = _mm512_add_epi16(odd, _mm512_srli_epi16(sum, 8));
        }
        const __m256i even = fold(_mm512_sub_epi16(whole, _mm512_slli_epi16(odd, 8)));
        const __m256i odds_by_half = fold(odd);
        const __m128i evens =
            _mm_add_epi16(_mm256_castsi256_si128(even), _mm256_extracti128_si256(even, 1));
        const __m128i odds = _mm_add_epi16(_mm256_castsi256_si128(odds_by_half),
                                           _mm256_extracti128_si256(odds_by_half, 1));
        const __m256i all = _mm256_inserti128_si256(
            _mm256_castsi128_si256(_mm_unpacklo_epi16(evens, odds)),
            _mm_unpackhi_epi16(evens, odds), 1);
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(sums + 16 * size_t{g}), all);
        above[g] = _mm256_cmpge_epu16_mask(all, bar);
    }
}

}  // namespace

const DenseKernels kernels_internal::kDenseAvx512{"avx512", dot<float>, dot<uint16_t>,
                                                  dot<uint8_t>, scan_codes};

}  // namespace temblor
#endif
