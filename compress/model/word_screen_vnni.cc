#include <cstring>
#include <limits>

#include "compress/model/word_screen.h"

#if defined(__x86_64__)
#include <immintrin.h>

namespace temblor {
namespace {

constexpr size_t kTokens = 8;  ///< of a tile

/// A number of each of the block's 48 words.
struct Sums {
    __m512i a = _mm512_setzero_si512();
    __m512i b = _mm512_setzero_si512();
    __m512i c = _mm512_setzero_si512();
};
struct Maxima {
    __m512 a = _mm512_set1_ps(-std::numeric_limits<float>::infinity());
    __m512 b = a;
    __m512 c = a;
};

/// _mm512_dpbusd_epi32(), which GCC 12 does not keep in one register over a loop: it stores every
/// sum every time.
[[gnu::always_inline]] inline void add_products(__m512i& sum, __m512i words, __m512i token) {
    asm("vpdpbusd %2, %1, %0" : "+v"(sum) : "v"(words), "v"(token));
}

/// Adds the products of four numbers of every word and those of a token at `four`.
[[gnu::always_inline]] inline void add(Sums& sums, __m512i a, __m512i b, __m512i c,
                                       const int8_t* four) {
    int32_t values = 0;
    std::memcpy(&values, four, sizeof values);
    const __m512i all = _mm512_set1_epi32(values);
    add_products(sums.a, a, all);
    add_products(sums.b, b, all);
    add_products(sums.c, c, all);
}

[[gnu::always_inline]] inline void raise(Maxima& most, const Sums& sums, float scale,
                                         int32_t offset) {
    const __m512 scales = _mm512_set1_ps(scale);
    const __m512i offsets = _mm512_set1_epi32(offset);
    const auto scaled = [&](__m512i products) {
        return _mm512_mul_ps(scales, _mm512_cvtepi32_ps(_mm512_sub_epi32(products, offsets)));
    };
    most.a = _mm512_max_ps(most.a, scaled(sums.a));
    most.b = _mm512_max_ps(most.b, scaled(sums.b));
    most.c = _mm512_max_ps(most.c, scaled(sums.c));
}

}  // namespace

void word_screen_internal::largest_products_vnni(const uint8_t* words, size_t quads,
                                                 const int8_t* tokens, const float* scales,
                                                 const int32_t* offsets, size_t tiles,
                                                 float* largest) {
    const size_t stride = quads * 4;
    Maxima most;
    for (size_t tile = 0; tile < tiles; ++tile) {
        const int8_t* rows = tokens + tile * kTokens * stride;
        Sums s0, s1, s2, s3, s4, s5, s6, s7;  // one a token: 24 registers
        const uint8_t* block = words;
        for (size_t quad = 0; quad < quads; ++quad, rows += 4, block += 192) {
            const __m512i a = _mm512_loadu_si512(block);
            const __m512i b = _mm512_loadu_si512(block + 64);
            const __m512i c = _mm512_loadu_si512(block + 128);
            add(s0, a, b, c, rows);
            add(s1, a, b, c, rows + stride);
            add(s2, a, b, c, rows + 2 * stride);
            add(s3, a, b, c, rows + 3 * stride);
            add(s4, a, b, c, rows + 4 * stride);
            add(s5, a, b, c, rows + 5 * stride);
            add(s6, a, b, c, rows + 6 * stride);
            add(s7, a, b, c, rows + 7 * stride);
        }
        const float* scale = scales + tile * kTokens;
        const int32_t* offset = offsets + tile * kTokens;
        raise(most, s0, scale[0], offset[0]);
        raise(most, s1, scale[1], offset[1]);
        raise(most, s2, scale[2], offset[2]);
        raise(most, s3, scale[3], offset[3]);
        raise(most, s4, scale[4], offset[4]);
        raise(most, s5, scale[5], offset[5]);
        raise(most, s6, scale[6], offset[6]);
        raise(most, s7, scale[7], offset[7]);
    }
    _mm512_storeu_ps(largest, most.a);
    _mm512_storeu_ps(largest + 16, most.b);
    _mm512_storeu_ps(largest + 32, most.c);
}

}  // namespace temblor
#else

namespace temblor {

// Never called: WordScreen::is_fast() says no.
void word_screen_internal::largest_products_vnni(const uint8_t* words, size_t quads,
                                                 const int8_t* tokens, const float* scales,
                                                 const int32_t* offsets, size_t tiles,
                                                 float* largest) {
    largest_products_portable(words, quads, tokens, scales, offsets, tiles, largest);
}

}  // namespace temblor
#endif
