#if defined(__x86_64__)
#include <immintrin.h>

#include "query/dense/dense_kernels.h"
#include "query/dense/table_loops.h"

namespace temblor {
namespace {

__m512 load(__mmask16 in, const float* at) { return _mm512_maskz_loadu_ps(in, at); }
__m512 load(__mmask16 in, const uint16_t* at) {
    return _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(in, at));
}
__m512 load(__mmask16 in, const uint8_t* at) {
    return _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_maskz_loadu_epi8(in, at)));
}

__mmask16 first_of(size_t n) { return static_cast<__mmask16>(n >= 16 ? 0xFFFFU : (1U << n) - 1); }

template <typename T>
__m512 product(__mmask16 in, const float* query, const T* vector) {
    return _mm512_mul_ps(_mm512_maskz_loadu_ps(in, query), load(in, vector));
}

template <typename T>
float dot(const float* query, const T* vector, size_t n) {
    __m512 lanes0 = _mm512_setzero_ps();
    __m512 lanes1 = _mm512_setzero_ps();
    __m512 lanes2 = _mm512_setzero_ps();
    __m512 lanes3 = _mm512_setzero_ps();
    constexpr __mmask16 kAll = 0xFFFF;
    size_t i = 0;
    for (; i + 64 <= n; i += 64) {
        lanes0 = _mm512_add_ps(lanes0, product(kAll, query + i, vector + i));
        lanes1 = _mm512_add_ps(lanes1, product(kAll, query + i + 16, vector + i + 16));
        lanes2 = _mm512_add_ps(lanes2, product(kAll, query + i + 32, vector + i + 32));
        lanes3 = _mm512_add_ps(lanes3, product(kAll, query + i + 48, vector + i + 48));
    }
    if (i < n) {
        const size_t rest = n - i;
        lanes0 = _mm512_add_ps(lanes0, product(first_of(rest), query + i, vector + i));
        if (rest > 16)
            lanes1 = _mm512_add_ps(lanes1,
                                   product(first_of(rest - 16), query + i + 16, vector + i + 16));
        if (rest > 32)
            lanes2 = _mm512_add_ps(lanes2,
                                   product(first_of(rest - 32), query + i + 32, vector + i + 32));
        if (rest > 48)
            lanes3 = _mm512_add_ps(lanes3,
                                   product(first_of(rest - 48), query + i + 48, vector + i + 48));
    }
    const __m512 sixteen =
        _mm512_add_ps(_mm512_add_ps(lanes0, lanes2), _mm512_add_ps(lanes1, lanes3));
    const __m256 eight =
        _mm256_add_ps(_mm512_castps512_ps256(sixteen), _mm512_extractf32x8_ps(sixteen, 1));
    const __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
    const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_shuffle_ps(two, two, 1)));
}

DenseKernels::Ranges shift_tables(float* products, uint32_t subspaces) {
    DenseKernels::Ranges ranges;
    for (uint32_t j = 0; j < subspaces; ++j) {
        float* row = products + size_t{j} * 16;
        const __m512 all = _mm512_loadu_ps(row);
        const float low = _mm512_reduce_min_ps(all);
        const float range = _mm512_reduce_max_ps(all) - low;
        _mm512_storeu_ps(row, _mm512_sub_ps(all, _mm512_set1_ps(low)));
        ranges.least += low;
        ranges.widest = range > ranges.widest ? range : ranges.widest;
        ranges.sum += range;
    }
    return ranges;
}

void quantize_tables(const float* products, uint32_t subspaces, float steps, uint8_t* tables) {
    const __m512 half = _mm512_set1_ps(0.5F);
    const __m512 most = _mm512_set1_ps(127.0F);
    for (uint32_t j = 0; j < subspaces; ++j) {
        const __m512 step = _mm512_add_ps(
            _mm512_mul_ps(_mm512_loadu_ps(products + size_t{j} * 16), _mm512_set1_ps(steps)), half);
        const __m512i whole = _mm512_cvttps_epi32(_mm512_min_ps(step, most));
        _mm_storeu_si128(reinterpret_cast<__m128i*>(tables + table_offset(j)),
                         _mm512_cvtepi32_epi8(whole));
    }
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
        const __m256i all =
            _mm256_inserti128_si256(_mm256_castsi128_si256(_mm_unpacklo_epi16(evens, odds)),
                                    _mm_unpackhi_epi16(evens, odds), 1);
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(sums + 16 * size_t{g}), all);
        above[g] = _mm256_cmpge_epu16_mask(all, bar);
    }
}

}  // namespace

const DenseKernels kernels_internal::kDenseAvx512{
    "avx512",     dot<float>,         dot<uint16_t>,
    dot<uint8_t>, table_products<16>, table_products<256>,
    shift_tables, quantize_tables,    scan_codes};

}  // namespace temblor
#endif
