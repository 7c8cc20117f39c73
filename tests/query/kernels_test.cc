#include "query/kernels.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "data/splitmix.h"

namespace temblor {
namespace {

/// An array that ends where its memory ends, so that a sanitizer sees any read past it; `shift`
/// entries stand before it, which moves it off every alignment but its own.
template <typename T>
class Exact {
public:
    Exact(size_t n, size_t shift, size_t slack_bytes = 0)
        : memory_(new T[n + shift + slack_bytes / sizeof(T) + 1]{}),
          begin_(memory_.get() + shift) {}
    explicit Exact(const std::vector<T>& values, size_t shift = 0)
        : memory_(new T[values.size() + shift]), begin_(memory_.get() + shift) {
        std::copy(values.begin(), values.end(), begin_);
    }
    [[nodiscard]] const T* data() const { return begin_; }
    T& operator[](size_t i) { return begin_[i]; }

private:
    std::unique_ptr<T[]> memory_;
    T* begin_;
};

constexpr uint32_t kLimit = 70'000;

template <typename T, typename Draw>
std::vector<T> drawn(SplitMix& random, size_t n, Draw&& draw) {
    std::vector<T> values(n);
    for (T& v : values) v = static_cast<T>(draw(random));
    return values;
}

std::vector<uint16_t> weight_table(SplitMix& random, uint64_t share) {
    std::vector<uint16_t> table(kLimit + 2);
    for (uint16_t& w : table)
        w = random.below(100) < share ? static_cast<uint16_t>(random.below(32'768)) : 0;
    table[kLimit] = 0;
    table[kLimit + 1] = 0;
    return table;
}

class EveryKernelSet : public ::testing::TestWithParam<const Kernels*> {};

TEST_P(EveryKernelSet, DotsOfIntegersAreTheScalarOnes) {
    const uint64_t seed = 11;
    SplitMix random(seed);
    const Kernels& set = *GetParam();
    for (const uint64_t share : {0U, 3U, 100U}) {
        const Exact<uint16_t> table(weight_table(random, share));
        for (size_t n = 0; n <= 200; ++n) {
            for (const size_t shift : {0U, 1U, 3U}) {
                const auto anything = [](SplitMix& r) { return r.next(); };
                const Exact<uint8_t> weights(drawn<uint8_t>(random, n, anything), shift);
                const Exact<uint16_t> narrow(drawn<uint16_t>(random, n, anything), shift);
                const Exact<uint32_t> wide(
                    drawn<uint32_t>(random, n,
                                    [](SplitMix& r) {
                                        return r.below(10) == 0 ? r.next() : r.below(kLimit + 2);
                                    }),
                    shift);
                ASSERT_EQ(
                    set.dot_u16_u8(table.data(), narrow.data(), weights.data(), n),
                    scalar_kernels().dot_u16_u8(table.data(), narrow.data(), weights.data(), n))
                    << "seed " << seed << ", n " << n << ", shift " << shift;
                ASSERT_EQ(set.dot_u32_u8(table.data(), kLimit, wide.data(), weights.data(), n),
                          scalar_kernels().dot_u32_u8(table.data(), kLimit, wide.data(),
                                                      weights.data(), n))
                    << "seed " << seed << ", n " << n << ", shift " << shift;
            }
        }
    }
}

TEST_P(EveryKernelSet, LargestWeightsDoNotOverflow) {
    // As much as a query may weigh: just below 2^24 in all, against bytes of 255.
    constexpr size_t kEntries = 512;
    std::vector<uint16_t> table(65'536 + 2);
    std::vector<uint16_t> narrow;
    std::vector<uint32_t> wide;
    for (uint32_t i = 0; i < kEntries; ++i) {
        table[i * 128] = 32'767;
        narrow.push_back(static_cast<uint16_t>(i * 128));
        wide.push_back(i * 128);
    }
    const std::vector<uint8_t> weights(kEntries, 255);
    const auto expected = static_cast<uint32_t>(kEntries * 32'767 * 255);
    EXPECT_EQ(GetParam()->dot_u16_u8(table.data(), narrow.data(), weights.data(), kEntries),
              expected);
    EXPECT_EQ(GetParam()->dot_u32_u8(table.data(), 65'536, wide.data(), weights.data(), kEntries),
              expected);
}

TEST_P(EveryKernelSet, TheLastComponentsAndBeyondAreSafe) {
    std::vector<uint16_t> table(kLimit + 2);
    table[kLimit - 1] = 7;
    std::vector<float> values(kLimit + 1);
    values[kLimit - 1] = 7;
    const Exact<uint16_t> exact_table(table);
    const Exact<float> exact_values(values);
    const std::vector<uint32_t> components{kLimit - 1, kLimit,          kLimit + 1, 1U << 31,
                                           UINT32_MAX, UINT32_MAX >> 1, kLimit - 1};
    for (size_t n = 0; n <= 40; ++n) {
        std::vector<uint32_t> repeated;
        for (size_t i = 0; i < n; ++i) repeated.push_back(components[i % components.size()]);
        const auto hits =
            static_cast<uint32_t>(std::count(repeated.begin(), repeated.end(), kLimit - 1));
        const Exact<uint32_t> c(repeated);
        const Exact<uint8_t> w(std::vector<uint8_t>(n, 3));
        const Exact<float> v(std::vector<float>(n, 3));
        EXPECT_EQ(GetParam()->dot_u32_u8(exact_table.data(), kLimit, c.data(), w.data(), n),
                  21 * hits);
        EXPECT_EQ(GetParam()->dot_u32_f32(exact_values.data(), kLimit, c.data(), v.data(), n),
                  static_cast<float>(21 * hits));
    }
}

TEST_P(EveryKernelSet, DotsOfFloatsAreTheScalarOnesWithinRounding) {
    const uint64_t seed = 12;
    SplitMix random(seed);
    std::vector<float> weights(kLimit + 1);
    for (float& w : weights) w = static_cast<float>(random.uniform());
    weights[kLimit] = 0;
    const Exact<float> table(weights);
    for (size_t n = 0; n <= 200; ++n) {
        for (const size_t shift : {0U, 1U, 3U}) {
            const Exact<uint32_t> components(
                drawn<uint32_t>(random, n, [](SplitMix& r) { return r.below(kLimit + 9); }), shift);
            const Exact<float> values(
                drawn<float>(random, n, [](SplitMix& r) { return r.uniform() * 4; }), shift);
            const float expected = scalar_kernels().dot_u32_f32(
                table.data(), kLimit, components.data(), values.data(), n);
            ASSERT_NEAR(
                GetParam()->dot_u32_f32(table.data(), kLimit, components.data(), values.data(), n),
                expected, 1e-5F * expected)
                << "seed " << seed << ", n " << n;
        }
    }
}

TEST_P(EveryKernelSet, KeyRangesAreTheScalarOnes) {
    const uint64_t seed = 13;
    SplitMix random(seed);
    for (uint32_t n = 0; n <= 200; ++n) {
        for (const size_t shift : {0U, 1U, 5U}) {
            for (const uint64_t spread : {uint64_t{n} + 1, uint64_t{300}, uint64_t{65'536}}) {
                std::vector<uint16_t> sorted =
                    drawn<uint16_t>(random, n, [&](SplitMix& r) { return r.below(spread); });
                if (n > 0 && random.below(2) == 0) sorted[0] = 0;
                if (n > 1 && random.below(2) == 0) sorted[1] = UINT16_MAX;
                std::sort(sorted.begin(), sorted.end());
                Exact<uint16_t> keys(n, shift, 63);
                for (uint32_t i = 0; i < n; ++i) keys[i] = sorted[i];
                // What follows must not be counted: the smallest and the largest keys there are.
                for (uint32_t i = n; i < n + 31; ++i) keys[i] = i % 2 == 0 ? 0 : UINT16_MAX;
                for (int pair = 0; pair < 12; ++pair) {
                    auto first = static_cast<uint16_t>(random.below(spread));
                    auto last = static_cast<uint16_t>(random.below(spread));
                    if (n > 0 && pair % 3 == 0) first = sorted[random.below(n)];
                    if (n > 0 && pair % 4 == 0) last = sorted[random.below(n)];
                    if (pair == 10) first = 0;
                    if (pair >= 10) last = UINT16_MAX;
                    if (first > last) std::swap(first, last);
                    const Range expected = scalar_kernels().key_range(keys.data(), n, first, last);
                    const Range found = GetParam()->key_range(keys.data(), n, first, last);
                    ASSERT_EQ(found.begin, expected.begin)
                        << "seed " << seed << ", n " << n << ", " << first << " to " << last;
                    ASSERT_EQ(found.end, expected.end)
                        << "seed " << seed << ", n " << n << ", " << first << " to " << last;
                }
            }
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Kernels, EveryKernelSet,
                         ::testing::ValuesIn(supported_kernels().begin(),
                                             supported_kernels().end()),
                         [](const auto& set) { return std::string(set.param->name); });

TEST(Kernels, ScalarKeyRangeCounts) {
    const std::vector<uint16_t> keys{1, 4, 4, 4, 9};
    const auto range = [&](uint16_t first, uint16_t last) {
        return scalar_kernels().key_range(keys.data(), 5, first, last);
    };
    EXPECT_EQ(range(4, 4), (Range{1, 4}));
    EXPECT_EQ(range(0, 0), (Range{0, 0}));
    EXPECT_EQ(range(5, 8), (Range{4, 4}));
    EXPECT_EQ(range(0, UINT16_MAX), (Range{0, 5}));
    EXPECT_EQ(range(10, UINT16_MAX), (Range{5, 5}));
}

TEST(Kernels, TheBestSetOrTheNamedOneIsChosen) {
    const auto sets = supported_kernels();
    ASSERT_FALSE(sets.empty());
    EXPECT_EQ(sets.front(), &scalar_kernels());
    const Kernels* expected = sets.back();
    if (const char* name = std::getenv("TEMBLOR_KERNELS"); name != nullptr) {
        for (const Kernels* k : sets) {
            if (k->name == name) expected = k;
        }
    }
    EXPECT_EQ(&kernels(), expected);
}

}  // namespace
}  // namespace temblor
