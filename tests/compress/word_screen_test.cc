#include "compress/model/word_screen.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace temblor {
namespace {

struct Scores {
    size_t size = 0;
    std::vector<float> words;
    std::vector<float> bias;
    std::vector<float> tokens;

    /// The largest score of each word.
    [[nodiscard]] std::vector<double> largest() const {
        std::vector<double> result(bias.size(), -1e30);
        for (size_t word = 0; word < bias.size(); ++word) {
            for (size_t token = 0; token < tokens.size() / size; ++token) {
                double sum = bias[word];
                for (size_t i = 0; i < size; ++i)
                    sum += double{words[word * size + i]} * tokens[token * size + i];
                result[word] = std::max(result[word], sum);
            }
        }
        return result;
    }
};

Scores random_scores(std::mt19937& random, size_t size, size_t words, size_t tokens,
                     float mean_bias) {
    std::normal_distribution<float> normal;
    Scores scores;
    scores.size = size;
    scores.words.resize(words * size);
    scores.bias.resize(words);
    scores.tokens.resize(tokens * size);
    for (float& value : scores.words) value = normal(random) * 0.1F;
    for (float& value : scores.bias) value = mean_bias + normal(random);
    for (float& value : scores.tokens) value = normal(random);
    // What rounds badly: one large number among small ones.
    for (size_t word = 0; word < words; word += 7) scores.words[word * size] *= 50;
    for (size_t token = 0; token < tokens; token += 3) scores.tokens[token * size] *= 50;
    if (words > 3) std::fill_n(scores.words.begin() + long(3 * size), size, 0.0F);
    return scores;
}

std::vector<uint32_t> found_by(const WordScreen& screen, const Scores& scores) {
    std::vector<uint32_t> found;
    const auto text = screen.round(scores.tokens);
    const size_t half = screen.blocks() / 2;
    screen.find(text, 0, half, found);
    screen.find(text, half, screen.blocks(), found);
    return found;
}

TEST(WordScreenTest, MissesNoPositiveWordAndFindsFewOthers) {
    std::mt19937 random(5);
    size_t all = 0;
    size_t positive = 0;
    size_t taken = 0;
    for (const size_t size : {1, 3, 24, 128}) {
        for (const size_t words : {1, 47, 48, 49, 500}) {
            for (const size_t tokens : {1, 7, 8, 9, 40}) {
                const Scores scores = random_scores(random, size, words, tokens, -3.0F);
                const WordScreen screen(scores.words, scores.bias, size);
                const std::vector<uint32_t> found = found_by(screen, scores);
                EXPECT_TRUE(std::ranges::is_sorted(found));
                const std::vector<double> largest = scores.largest();
                for (uint32_t word = 0; word < words; ++word) {
                    if (largest[word] <= 0) continue;
                    ++positive;
                    EXPECT_TRUE(std::ranges::binary_search(found, word))
                        << size << " " << words << " " << tokens << " word " << word;
                }
                all += words;
                taken += found.size();
            }
        }
    }
    EXPECT_GT(positive, all / 20);
    EXPECT_LT(taken, positive + all / 5);
}

TEST(WordScreenTest, TokensOfNothingLeaveTheBias) {
    const std::vector<float> words(2 * 4, 1.0F);
    const std::vector<float> bias = {0.5F, -0.5F};
    const WordScreen screen(words, bias, 4);
    std::vector<uint32_t> found;
    screen.find(screen.round(std::vector<float>(4, 0.0F)), 0, screen.blocks(), found);
    EXPECT_EQ(found, std::vector<uint32_t>{0});
}

TEST(WordScreenTest, WhatIsNotFiniteIsFound) {
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    const std::vector<float> bias(3, -100.0F);
    const std::vector<float> words = {1, 2, NAN, 1, 2, kInfinity};
    const WordScreen screen(words, bias, 2);
    std::vector<uint32_t> found;
    screen.find(screen.round(std::vector<float>{1, 1}), 0, screen.blocks(), found);
    EXPECT_EQ(found, (std::vector<uint32_t>{1, 2}));
    found.clear();
    screen.find(screen.round(std::vector<float>{1, 1, 1, -kInfinity}), 0, screen.blocks(), found);
    EXPECT_EQ(found, (std::vector<uint32_t>{0, 1, 2}));
}

TEST(WordScreenTest, InstructionsEqualThePortableLoop) {
    if (!WordScreen::is_fast()) GTEST_SKIP() << "this processor has no AVX-512 VNNI";
    std::mt19937 random(6);
    for (const size_t quads : {1, 2, 33}) {
        for (const size_t tiles : {1, 2, 5}) {
            std::vector<uint8_t> words(quads * 4 * WordScreen::kBlock);
            std::vector<int8_t> tokens(tiles * 8 * quads * 4);
            std::vector<float> scales(tiles * 8);
            std::vector<int32_t> offsets(tiles * 8);
            for (auto& value : words) value = static_cast<uint8_t>(random());
            for (auto& value : tokens) value = static_cast<int8_t>(random());
            for (auto& value : scales) value = static_cast<float>(random() % 1000) * 1e-3F;
            for (auto& value : offsets) value = static_cast<int32_t>(random() % 100000) - 50000;
            float one[WordScreen::kBlock];
            float two[WordScreen::kBlock];
            word_screen_internal::largest_products_portable(
                words.data(), quads, tokens.data(), scales.data(), offsets.data(), tiles, one);
            word_screen_internal::largest_products_vnni(words.data(), quads, tokens.data(),
                                                        scales.data(), offsets.data(), tiles, two);
            for (size_t word = 0; word < WordScreen::kBlock; ++word)
                EXPECT_EQ(one[word], two[word]) << word;
        }
    }
}

}  // namespace
}  // namespace temblor
