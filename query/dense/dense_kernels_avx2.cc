#if defined(__x86_64__)
#include <array>

#include <immintrin.h>

#include "query/dense/dense_kernels.h"
#include "query/dense/table_loops.h"

namespace temblor {
namespace {

__m256 load(const float* at) { return _mm256_loadu_ps(at); }
__m256 load(const uint16_t* at) {
    return _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at)));
}
__m256 load(const uint8_t* at) {
    return _mm256_cvtepi32_ps(
        _mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(at))));
}

/// Eight registers of eight lanes; unrolled, so that they stay registers.
template <typename T>
float dot(const float* query, const T* vector, size_t n) {
    __m256 lanes[8];
#pragma GCC unroll 8
    for (size_t l = 0; l < 8; ++l) lanes[l] = _mm256_setzero_ps();
    const auto add = [&lanes](const float* q, const T* v) {
#pragma GCC unroll 8
        for (size_t l = 0; l < 8; ++l) {
            lanes[l] =
                _mm256_add_ps(lanes[l], _mm256_mul_ps(_mm256_loadu_ps(q + 8 * l), load(v + 8 * l)));
        }
    };
    size_t i = 0;
    for (; i + 64 <= n; i += 64) add(query + i, vector + i);
    if (i < n) {
        std::array<float, 64> q{};
        std::array<T, 64> v{};
        for (size_t rest = 0; i + rest < n; ++rest) {
            q[rest] = query[i + rest];
            v[rest] = vector[i + rest];
        }
        add(q.data(), v.data());
    }
    const __m256 first =
        _mm256_add_ps(_mm256_add_ps(lanes[0], lanes[4]), _mm256_add_ps(lanes[2], lanes[6]));
    const __m256 second =
        _mm256_add_ps(_mm256_add_ps(lanes[1], lanes[5]), _mm256_add_ps(lanes[3], lanes[7]));
    const __m256 eight = _mm256_add_ps(first, second);
    const __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
    const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_shuffle_ps(two, two, 1)));
}

float least_of(__m256 v) {
    const __m128 four = _mm_min_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
    const __m128 two = _mm_min_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_min_ss(two, _mm_shuffle_ps(two, two, 1)));
}

DenseKernels::Ranges shift_tables(float* products, uint32_t subspaces) {
    DenseKernels::Ranges ranges;
    const __m256 sign = _mm256_set1_ps(-0.0F);
    for (uint32_t j = 0; j < subspaces; ++j) {
        float* row = products + size_t{j} * 16;
        const __m256 first = _mm256_loadu_ps(row);
        const __m256 second = _mm256_loadu_ps(row + 8);
        const float low = least_of(_mm256_min_ps(first, second));
        const float high = -least_of(_mm256_xor_ps(_mm256_max_ps(first, second), sign));
        const __m256 lows = _mm256_set1_ps(low);
        _mm256_storeu_ps(row, _mm256_sub_ps(first, lows));
        _mm256_storeu_ps(row + 8, _mm256_sub_ps(second, lows));
        const float range = high - low;
        ranges.least += low;
        ranges.widest = range > ranges.widest ? range : ranges.widest;
        ranges.sum += range;
    }
    return ranges;
}

__m128i to_steps(const float* products, float steps) {
    const auto eight = [steps](const float* at) {
        const __m256 step = _mm256_add_ps(_mm256_mul_ps(_mm256_loadu_ps(at), _mm256_set1_ps(steps)),
                                          _mm256_set1_ps(0.5F));
        return _mm256_cvttps_epi32(_mm256_min_ps(step, _mm256_set1_ps(127.0F)));
    };
    // Packing works on halves of registers: put them back in order.
    const __m256i words =
        _mm256_permute4x64_epi64(_mm256_packs_epi32(eight(products), eight(products + 8)), 0xD8);
    return _mm_packus_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
}

void quantize_tables(const float* products, uint32_t subspaces, float steps, uint8_t* tables) {
    for (uint32_t j = 0; j < subspaces; ++j) {
        _mm_storeu_si128(reinterpret_cast<__m128i*>(tables + table_offset(j)),
                         to_steps(products + size_t{j} * 16, steps));
    }
}

void scan_codes(const uint8_t* codes, const uint8_t* tables, uint32_t chunks, uint32_t groups,
                uint16_t least, uint16_t* sums, uint16_t* above) {
    const __m256i low_bits = _mm256_set1_epi8(15);
    const __m128i zero = _mm_setzero_si128();
    for (uint32_t g = 0; g < groups; ++g) {
        __m256i whole = _mm256_setzero_si256();  // even bytes, and odd ones times 256
        __m256i odd = _mm256_setzero_si256();
        const uint8_t* table = tables;
        for (uint32_t c = 0; c < chunks; ++c, codes += 64, table += 128) {
            for (uint32_t half = 0; half < 64; half += 32) {
                const __m256i code =
                    _mm256_loadu_si256(reinterpret_cast<const __m256i*>(codes + half));
                const __m256i low =
                    _mm256_loadu_si256(reinterpret_cast<const __m256i*>(table + half));
                const __m256i high =
                    _mm256_loadu_si256(reinterpret_cast<const __m256i*>(table + 64 + half));
                const __m256i sum = _mm256_add_epi8(
                    _mm256_shuffle_epi8(low, _mm256_and_si256(code, low_bits)),
                    _mm256_shuffle_epi8(high,
                                        _mm256_and_si256(_mm256_srli_epi16(code, 4), low_bits)));
                whole = _mm256_add_epi16(whole, sum);
                odd = _mm256_add_epi16(odd, _mm256_srli_epi16(sum, 8));
            }
        }
        const __m256i even = _mm256_sub_epi16(whole, _mm256_slli_epi16(odd, 8));
        const __m128i evens =
            _mm_add_epi16(_mm256_castsi256_si128(even), _mm256_extracti128_si256(even, 1));
        const __m128i odds =
            _mm_add_epi16(_mm256_castsi256_si128(odd), _mm256_extracti128_si256(odd, 1));
        const __m128i first = _mm_unpacklo_epi16(evens, odds);
        const __m128i second = _mm_unpackhi_epi16(evens, odds);
        _mm_storeu_si128(reinterpret_cast<__m128i*>(sums + 16 * size_t{g}), first);
        _mm_storeu_si128(reinterpret_cast<__m128i*>(sums + 16 * size_t{g} + 8), second);
        const __m128i bar = _mm_set1_epi16(static_cast<short>(least));
        // a >= b for unsigned numbers: nothing is left of b - a when it saturates.
        const __m128i pass = _mm_packs_epi16(_mm_cmpeq_epi16(_mm_subs_epu16(bar, first), zero),
                                             _mm_cmpeq_epi16(_mm_subs_epu16(bar, second), zero));
        above[g] = static_cast<uint16_t>(_mm_movemask_epi8(pass));
    }
}

}  // namespace

const DenseKernels kernels_internal::kDenseAvx2{
    "avx2",       dot<float>,         dot<uint16_t>,
    dot<uint8_t>, table_products<16>, table_products<256>,
    shift_tables, quantize_tables,    scan_codes};

}  // namespace temblor
#endif
