#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace temblor {

/// Finds the words of a vocabulary that may have a positive score (dot product and bias) with some
/// token of a text: of a learned sparse encoder's 30,000 words a few hundred have one, and only
/// their scores need be computed. Words and tokens are rounded to 8-bit integers, whose products
/// cost half of bfloat16's and a quarter of float32's; what rounding can hide is bounded by the
/// inequality of Cauchy and Schwarz, so no word with a positive score is missed. Immutable and
/// thread-safe.
class WordScreen {
public:
    /// Words of a block.
    static constexpr size_t kBlock = 48;

    /// Whether this processor has instructions that make it worth while (AVX-512 VNNI).
    static bool is_fast();

    /// `words` [count, size] row by row and `bias` [count]. Keeps a byte a number. Words and tokens
    /// with numbers that are not finite are found always.
    WordScreen(std::span<const float> words, std::span<const float> bias, size_t size);

    /// A text's tokens as 8-bit integers.
    struct Text {
        std::vector<int8_t> values;    ///< [tiles x 8, 4 x quads]; the last token is repeated
        std::vector<float> scales;     ///< what a token's values are to be multiplied with
        std::vector<int32_t> offsets;  ///< of the token's products, see the kernels
        size_t tiles = 0;
        float largest_error = 0;  ///< length of what rounding took from a token
        float largest_norm = 0;   ///< length of a rounded token
    };
    /// `tokens` [n, size] row by row, n > 0. O(n x size).
    [[nodiscard]] Text round(std::span<const float> tokens) const;

    [[nodiscard]] size_t blocks() const { return blocks_; }
    /// Appends, in order, the words of blocks [first, last) that may be positive for a token.
    /// O(blocks x tokens x size).
    void find(const Text& text, size_t first, size_t last, std::vector<uint32_t>& found) const;

private:
    size_t size_;
    size_t count_;
    size_t quads_;  ///< fours of numbers of a row
    size_t blocks_;
    std::vector<uint8_t> values_;  ///< by blocks, each [quads, 3, 16, 4], 128 added
    std::vector<float> scales_;
    std::vector<float> norms_;   ///< length of a word
    std::vector<float> errors_;  ///< length of what rounding took from it
    std::vector<float> bias_;
};

namespace word_screen_internal {

/// For the 48 words of a block: largest[w] = the largest over the 8 x `tiles` tokens t of
/// scales[t] * (words[w] . tokens[t] - offsets[t]). `words` is [quads, 3, 16, 4], `tokens`
/// [8 x tiles, 4 x quads].
using LargestProducts = void(const uint8_t* words, size_t quads, const int8_t* tokens,
                             const float* scales, const int32_t* offsets, size_t tiles,
                             float* largest);
LargestProducts largest_products_portable;
LargestProducts largest_products_vnni;

}  // namespace word_screen_internal
}  // namespace temblor
