#include "query/dense/dense_kernels.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "data/half_float.h"
#include "query/kernels.h"
#include "tests/index/clustered_vectors.h"

namespace temblor {
namespace {

constexpr uint32_t kGroup = 16;

/// An array that begins `shift` entries into its memory and ends with it.
template <typename T>
class Tight {
public:
    explicit Tight(size_t n, size_t shift = 0)
        : size_(n), memory_(new T[n + shift]{}), begin_(memory_.get() + shift) {}
    T* data() { return begin_; }
    T& operator[](size_t i) { return begin_[i]; }
    [[nodiscard]] std::vector<T> copy() const { return {begin_, begin_ + size_}; }
    template <typename Draw>
    void fill(Draw&& draw) {
        for (size_t i = 0; i < size_; ++i) begin_[i] = static_cast<T>(draw());
    }

private:
    size_t size_;
    std::unique_ptr<T[]> memory_;
    T* begin_;
};

std::vector<uint32_t> bits_of(const std::vector<float>& values) {
    std::vector<uint32_t> bits;
    for (const float v : values) bits.push_back(std::bit_cast<uint32_t>(v));
    return bits;
}

class EveryDenseKernelSet : public ::testing::TestWithParam<const Kernels*> {
protected:
    const DenseKernels& set_ = dense_kernels_named(GetParam()->name);
    const DenseKernels& scalar_ = scalar_dense_kernels();
    SplitMix random_{21};  // printed by what fails
    float any() { return static_cast<float>(testing::gaussian(random_)); }
};

TEST_P(EveryDenseKernelSet, IsTheOneNamed) { EXPECT_EQ(set_.name, GetParam()->name); }

TEST_P(EveryDenseKernelSet, DotsHaveTheScalarBits) {
    for (size_t n = 0; n <= 200; ++n) {
        for (const size_t shift : {0U, 1U, 3U}) {
            SCOPED_TRACE(::testing::Message() << "seed 21, n " << n << ", shift " << shift);
            Tight<float> query(n, shift);
            Tight<float> singles(n, shift);
            Tight<uint16_t> halves(n, shift);
            Tight<uint8_t> bytes(n, shift);
            query.fill([&] { return any(); });
            singles.fill([&] { return any() * 100; });
            halves.fill([&] { return float_to_half(any() * 100); });
            bytes.fill([&] { return random_.next(); });
            const auto same = [](float a, float b) {
                return std::bit_cast<uint32_t>(a) == std::bit_cast<uint32_t>(b);
            };
            ASSERT_TRUE(same(set_.dot_f32(query.data(), singles.data(), n),
                             scalar_.dot_f32(query.data(), singles.data(), n)));
            ASSERT_TRUE(same(set_.dot_f16(query.data(), halves.data(), n),
                             scalar_.dot_f16(query.data(), halves.data(), n)));
            ASSERT_TRUE(same(set_.dot_u8(query.data(), bytes.data(), n),
                             scalar_.dot_u8(query.data(), bytes.data(), n)));
        }
    }
}

TEST_P(EveryDenseKernelSet, DotsAreInnerProducts) {
    const std::vector<float> query{1, -2, 0.5F};
    EXPECT_EQ(set_.dot_f32(query.data(), std::vector<float>{4, 1, 8}.data(), 3), 6.0F);
    const std::vector<uint16_t> halves{float_to_half(4), float_to_half(1), float_to_half(8)};
    EXPECT_EQ(set_.dot_f16(query.data(), halves.data(), 3), 6.0F);
    EXPECT_EQ(set_.dot_u8(query.data(), std::vector<uint8_t>{4, 1, 255}.data(), 3), 129.5F);
}

TEST_P(EveryDenseKernelSet, ProductsHaveTheScalarBits) {
    for (const uint32_t centroids : {16U, 256U}) {
        const auto products = [&](const DenseKernels& set) {
            return centroids == 16 ? set.products_16 : set.products_256;
        };
        for (uint32_t i = 0; i < 40; ++i) {
            const auto subspaces = static_cast<uint32_t>(1 + random_.below(20));
            const auto width = static_cast<uint32_t>(1 + random_.below(10));
            SCOPED_TRACE(::testing::Message() << "seed 21, " << subspaces << " subspaces of "
                                              << width << ", " << centroids << " centroids");
            Tight<float> query(size_t{subspaces} * width, 1);
            Tight<float> entries(size_t{subspaces} * width * centroids, 1);
            query.fill([&] { return any(); });
            entries.fill([&] { return any(); });
            Tight<float> found(size_t{subspaces} * centroids, 1);
            Tight<float> expected(size_t{subspaces} * centroids, 1);
            products(set_)(query.data(), entries.data(), subspaces, width, found.data());
            products(scalar_)(query.data(), entries.data(), subspaces, width, expected.data());
            ASSERT_EQ(bits_of(found.copy()), bits_of(expected.copy()));
            const auto at = static_cast<uint32_t>(random_.below(subspaces));
            double sum = 0;
            for (uint32_t t = 0; t < width; ++t) {
                sum += static_cast<double>(query[size_t{at} * width + t]) *
                       static_cast<double>(entries[(size_t{at} * width + t) * centroids + 3]);
            }
            ASSERT_NEAR(found[size_t{at} * centroids + 3], sum, 1e-4);
        }
    }
}

TEST_P(EveryDenseKernelSet, ShiftedProductsHaveTheScalarBits) {
    for (uint32_t subspaces = 1; subspaces <= 40; ++subspaces) {
        SCOPED_TRACE(::testing::Message() << "seed 21, " << subspaces << " subspaces");
        Tight<float> found(size_t{subspaces} * 16, 1);
        Tight<float> expected(size_t{subspaces} * 16, 1);
        const bool equal = subspaces % 7 == 0;
        found.fill([&] { return equal ? -0.25F : any(); });
        std::copy_n(found.data(), size_t{subspaces} * 16, expected.data());
        const auto a = set_.shift_16(found.data(), subspaces);
        const auto b = scalar_.shift_16(expected.data(), subspaces);
        ASSERT_EQ(bits_of({a.least, a.widest, a.sum}), bits_of({b.least, b.widest, b.sum}));
        ASSERT_EQ(bits_of(found.copy()), bits_of(expected.copy()));
        const auto values = found.copy();
        ASSERT_EQ(*std::min_element(values.begin(), values.end()), 0.0F);
        ASSERT_EQ(*std::max_element(values.begin(), values.end()), a.widest);
    }
}

TEST_P(EveryDenseKernelSet, QuantizedTablesAreTheScalarOnes) {
    for (uint32_t subspaces = 1; subspaces <= 40; ++subspaces) {
        for (const float steps : {0.0F, 10.0F, 127.0F, 1e6F, 1e30F}) {
            SCOPED_TRACE(::testing::Message()
                         << "seed 21, " << subspaces << " subspaces, steps " << steps);
            Tight<float> products(size_t{subspaces} * 16, 1);
            products.fill([&] { return random_.below(8) == 0 ? 0.0 : random_.uniform(); });
            const size_t bytes = size_t{(subspaces + 7) / 8} * 128;
            Tight<uint8_t> found(bytes, 1);
            Tight<uint8_t> expected(bytes, 1);
            set_.quantize_16(products.data(), subspaces, steps, found.data());
            scalar_.quantize_16(products.data(), subspaces, steps, expected.data());
            ASSERT_EQ(found.copy(), expected.copy());
            const auto values = found.copy();
            ASSERT_LE(*std::max_element(values.begin(), values.end()), 127);
        }
    }
}

TEST_P(EveryDenseKernelSet, ScansAreTheScalarOnes) {
    for (uint32_t i = 0; i < 300; ++i) {
        // 512 entries of 127 are the most that 16 bits hold.
        const auto chunks = static_cast<uint32_t>(1 + random_.below(i % 10 == 0 ? 64 : 13));
        const auto groups = static_cast<uint32_t>(random_.below(9));
        const bool full = i % 7 == 0;
        const auto least = static_cast<uint16_t>(
            i % 5 == 0 ? random_.next() : random_.below(uint64_t{chunks} * 8 * 127 + 1));
        SCOPED_TRACE(::testing::Message() << "seed 21, " << chunks << " chunks, " << groups
                                          << " groups, least " << least);
        Tight<uint8_t> codes(size_t{groups} * chunks * 64, 1);
        Tight<uint8_t> tables(size_t{chunks} * 128, 1);
        codes.fill([&] { return random_.next(); });
        tables.fill([&] { return full ? 127 : random_.below(128); });
        Tight<uint16_t> sums(size_t{groups} * kGroup, 1);
        Tight<uint16_t> expected_sums(size_t{groups} * kGroup, 1);
        Tight<uint16_t> above(groups, 1);
        Tight<uint16_t> expected_above(groups, 1);
        set_.scan_codes(codes.data(), tables.data(), chunks, groups, least, sums.data(),
                        above.data());
        scalar_.scan_codes(codes.data(), tables.data(), chunks, groups, least, expected_sums.data(),
                           expected_above.data());
        ASSERT_EQ(sums.copy(), expected_sums.copy());
        ASSERT_EQ(above.copy(), expected_above.copy());
        for (uint32_t p = 0; p < groups * kGroup; ++p)
            ASSERT_EQ(above[p / kGroup] >> (p % kGroup) & 1, sums[p] >= least ? 1 : 0);
        if (full && groups > 0) {
            ASSERT_EQ(sums[0], chunks * 8 * 127);
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Sets, EveryDenseKernelSet,
                         ::testing::ValuesIn(supported_kernels().begin(),
                                             supported_kernels().end()),
                         [](const auto& set) { return std::string(set.param->name); });

}  // namespace
}  // namespace temblor
