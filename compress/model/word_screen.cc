#include "compress/model/word_screen.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace temblor {
namespace {

constexpr size_t kScreenLanes = 16;
constexpr size_t kGroups = WordScreen::kBlock / kScreenLanes;
constexpr size_t kTile = 8;
constexpr float kLargest = 127;
constexpr int32_t kWordOffset = 128;
/// Of the size of all that is added up, for the rounding of floats: rather more than it needs.
constexpr float kFloatSlack = 1e-5F;

float length_of(std::span<const float> row) {
    double sum = 0;
    for (const float value : row) sum += double{value} * value;
    return static_cast<float>(std::sqrt(sum));
}

/// A row of floats as scale times 8-bit integers.
struct RoundedRow {
    float scale = 0;
    float error = 0;  ///< length of the difference
};

/// A row with a number that is not finite becomes zeros, infinitely wrong.
RoundedRow round_row(std::span<const float> row, int8_t* values) {
    float largest = 0;
    float difference_to_itself = 0;
    for (const float value : row) {
        largest = std::max(largest, std::abs(value));
        difference_to_itself += value - value;
    }
    RoundedRow rounded;
    if (difference_to_itself != 0) {
        std::fill_n(values, row.size(), int8_t{0});
        rounded.error = std::numeric_limits<float>::infinity();
        return rounded;
    }
    rounded.scale = largest / kLargest;
    const float inverse = largest > 0 ? kLargest / largest : 0;
    double error = 0;
    for (size_t i = 0; i < row.size(); ++i) {
        const float near = std::nearbyint(row[i] * inverse);
        values[i] = static_cast<int8_t>(std::clamp(near, -kLargest, kLargest));
        const double difference = double{row[i]} - double{rounded.scale} * values[i];
        error += difference * difference;
    }
    rounded.error = static_cast<float>(std::sqrt(error));
    return rounded;
}

bool has_vnni() {
#if defined(__x86_64__)
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vnni");
#else
    return false;
#endif
}

}  // namespace

void word_screen_internal::largest_products_portable(const uint8_t* words, size_t quads,
                                                     const int8_t* tokens, const float* scales,
                                                     const int32_t* offsets, size_t tiles,
                                                     float* largest) {
    std::fill_n(largest, WordScreen::kBlock, -std::numeric_limits<float>::infinity());
    for (size_t t = 0; t < tiles * kTile; ++t) {
        const int8_t* token = tokens + t * quads * 4;
        for (size_t word = 0; word < WordScreen::kBlock; ++word) {
            int32_t sum = -offsets[t];
            for (size_t i = 0; i < quads * 4; ++i) {
                const size_t place =
                    ((i / 4 * kGroups + word / kScreenLanes) * kScreenLanes + word % kScreenLanes) *
                        4 +
                    i % 4;
                sum += int32_t{words[place]} * token[i];
            }
            largest[word] = std::max(largest[word], scales[t] * static_cast<float>(sum));
        }
    }
}

bool WordScreen::is_fast() {
    static const bool found = has_vnni();
    return found;
}

WordScreen::WordScreen(std::span<const float> words, std::span<const float> bias, size_t size)
    : size_(size),
      count_(bias.size()),
      quads_((size + 3) / 4),
      blocks_((count_ + kBlock - 1) / kBlock),
      values_(blocks_ * kBlock * quads_ * 4, uint8_t{kWordOffset}),
      scales_(count_),
      norms_(count_),
      errors_(count_),
      bias_(bias.begin(), bias.end()) {
    std::vector<int8_t> row(size_);
    for (size_t word = 0; word < count_; ++word) {
        const auto floats = words.subspan(word * size_, size_);
        const RoundedRow rounded = round_row(floats, row.data());
        scales_[word] = rounded.scale;
        errors_[word] = rounded.error;
        norms_[word] = length_of(floats);
        uint8_t* block = values_.data() + word / kBlock * kBlock * quads_ * 4;
        const size_t lane = word % kBlock;
        for (size_t i = 0; i < size_; ++i) {
            block[(i / 4 * kBlock + lane) * 4 + i % 4] = static_cast<uint8_t>(row[i] + kWordOffset);
        }
    }
}

WordScreen::Text WordScreen::round(std::span<const float> tokens) const {
    const size_t count = tokens.size() / size_;
    Text text;
    text.tiles = (count + kTile - 1) / kTile;
    const size_t padded = text.tiles * kTile;
    const size_t stride = quads_ * 4;
    text.values.assign(padded * stride, 0);
    text.scales.resize(padded);
    text.offsets.resize(padded);
    for (size_t t = 0; t < padded; ++t) {
        int8_t* values = text.values.data() + t * stride;
        const auto floats = tokens.subspan(std::min(t, count - 1) * size_, size_);
        const RoundedRow rounded = round_row(floats, values);
        text.scales[t] = rounded.scale;
        int32_t sum = 0;
        double squares = 0;
        for (size_t i = 0; i < size_; ++i) {
            sum += values[i];
            squares += double(values[i]) * values[i];
        }
        text.offsets[t] = kWordOffset * sum;
        text.largest_error = std::max(text.largest_error, rounded.error);
        text.largest_norm =
            std::max(text.largest_norm, rounded.scale * static_cast<float>(std::sqrt(squares)));
    }
    return text;
}

void WordScreen::find(const Text& text, size_t first, size_t last,
                      std::vector<uint32_t>& found) const {
    using namespace word_screen_internal;
    LargestProducts* const products = is_fast() ? largest_products_vnni : largest_products_portable;
    const float slack = kFloatSlack * (text.largest_error + text.largest_norm);
    float largest[kBlock];
    for (size_t block = first; block < last; ++block) {
        products(values_.data() + block * kBlock * quads_ * 4, quads_, text.values.data(),
                 text.scales.data(), text.offsets.data(), text.tiles, largest);
        const size_t begin = block * kBlock;
        const size_t end = std::min(count_, begin + kBlock);
        for (size_t word = begin; word < end; ++word) {
            // word . token = rounded word . rounded token + word . error of the token
            //              + error of the word . rounded token
            const float bound = scales_[word] * largest[word - begin] +
                                norms_[word] * (text.largest_error + slack) +
                                errors_[word] * text.largest_norm + bias_[word] +
                                kFloatSlack * std::abs(bias_[word]);
            if (!(bound <= 0)) found.push_back(static_cast<uint32_t>(word));
        }
    }
}

}  // namespace temblor
