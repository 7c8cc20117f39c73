#include "cli/dense_grower.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <numeric>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "cli/random_source.h"
#include "data/dense_vector.h"
#include "data/formats/dense_reader.h"

namespace temblor::cli {
namespace {

// Topics in a space of falling variances, `unit` long if asked.
DenseDataset topical(uint64_t rows, uint64_t dim, bool unit, uint64_t seed) {
    constexpr uint64_t kTopics = 40;
    std::vector<float> values(rows * dim);
    for (uint64_t r = 0; r < rows; ++r) {
        RandomSource random(seed, 1, r);
        RandomSource topic(seed, 2, random.below(kTopics));
        const std::span<float> row = std::span(values).subspan(r * dim, dim);
        for (uint64_t c = 0; c < dim; ++c) {
            const double scale = 1 / std::sqrt(1.0 + static_cast<double>(c));
            row[c] =
                static_cast<float>(scale * (topic.normal() + random.normal()) + (c == 0 ? 1.5 : 0));
        }
        if (unit) normalize(row);
    }
    return DenseDataset::from_values(std::move(values), dim).value();
}

double length_of(std::span<const float> row) {
    return std::sqrt(std::inner_product(row.begin(), row.end(), row.begin(), 0.0));
}

void expect_like(const DenseDataset& base, uint64_t grown_rows, double tolerance) {
    const auto grower = DenseGrower::fit(base, 7, no_progress());
    ASSERT_TRUE(grower.is_ok()) << grower.status().to_string();
    const DenseDataset grown = grower->make(1, grown_rows, no_progress()).value();
    ASSERT_EQ(grown.rows(), grown_rows);
    ASSERT_EQ(grower->sample_rows(), base.rows());
    const auto found = measure_dense(draw_rows(grown, base.rows(), 3), 5);
    ASSERT_TRUE(found.is_ok());
    const DenseStatistics& original = grower->original();
    EXPECT_NEAR(found->nearest, original.nearest, tolerance);
    EXPECT_NEAR(found->tenth, original.tenth, tolerance);
    EXPECT_NEAR(found->share16, original.share16, tolerance);
    EXPECT_NEAR(found->share64, original.share64, tolerance);
}

TEST(DenseGrower, KeepsTheStatisticsOfUnitVectors) {
    const DenseDataset base = topical(2000, 96, true, 1);
    expect_like(base, 10'000, 0.03);
}

TEST(DenseGrower, KeepsTheStatisticsOfOtherVectors) {
    expect_like(topical(2000, 96, false, 2), 10'000, 0.03);
}

// The first 256 dimensions of real embeddings, where they are at hand.
TEST(DenseGrower, KeepsTheStatisticsOfEmbeddings) {
    constexpr uint64_t kRows = 1500;
    constexpr uint64_t kDim = 256;
    const char* given = std::getenv("TEMBLOR_DATA");
    const std::filesystem::path data = given != nullptr && *given != '\0'
                                           ? std::filesystem::path(given)
                                           : std::filesystem::path(TEMBLOR_ROOT) / "../shared/data";
    const std::string path = (data / "bge/bge-base-en-v1.5.f16.npy").string();
    if (!std::filesystem::exists(path)) GTEST_SKIP() << "no embeddings in " << data;
    const auto all = read_dense(path, no_progress());
    ASSERT_TRUE(all.is_ok()) << all.status().to_string();
    const DenseDataset drawn = draw_rows(*all, kRows, 9);
    std::vector<float> values;
    for (uint64_t r = 0; r < kRows; ++r) {
        const std::span<const float> row = drawn.row(r).first(kDim);
        values.insert(values.end(), row.begin(), row.end());
        normalize(std::span(values).last(kDim));
    }
    expect_like(DenseDataset::from_values(std::move(values), kDim).value(), 8000, 0.04);
}

TEST(DenseGrower, GrownVectorsAreNewAndAsLongAsTheirBase) {
    const DenseDataset base = topical(500, 32, true, 3);
    const DenseGrower grower = std::move(DenseGrower::fit(base, 7, no_progress())).value();
    const DenseDataset grown = grower.make(1, 700, no_progress()).value();
    const DenseDataset same = grower.make(1, 700, no_progress()).value();
    const DenseDataset other = grower.make(2, 700, no_progress()).value();
    EXPECT_TRUE(std::ranges::equal(grown.values(), same.values()));
    EXPECT_FALSE(std::ranges::equal(grown.values(), other.values()));
    for (uint64_t r = 0; r < grown.rows(); ++r) {
        ASSERT_NEAR(length_of(grown.row(r)), 1, 1e-5);
        for (uint64_t b = 0; b < base.rows(); ++b) {
            ASSERT_FALSE(std::ranges::equal(grown.row(r), base.row(b)));
        }
    }
    EXPECT_GT(grower.noise(), 0);
    EXPECT_GE(grower.blend(), 0);
    EXPECT_LE(grower.blend(), 1);
}

TEST(DenseGrower, EqualRowsAreNoTrouble) {
    const DenseDataset ones =
        DenseDataset::from_values(std::vector<float>(std::size_t{100} * 8, 1.0F), 8).value();
    const auto grower = DenseGrower::fit(ones, 7, no_progress());
    ASSERT_TRUE(grower.is_ok()) << grower.status().to_string();
    const DenseDataset grown = grower->make(1, 10, no_progress()).value();
    for (const float value : grown.values()) EXPECT_NEAR(value, 1, 1e-5);
}

TEST(DenseGrower, SaysWhatItCannotGrow) {
    const auto few = DenseGrower::fit(topical(63, 8, true, 4), 7, no_progress());
    EXPECT_EQ(few.status().code(), StatusCode::kInvalidArgument);
    EXPECT_NE(few.status().message().find("63 rows (expected 64 at least"), std::string::npos);
}

}  // namespace
}  // namespace temblor::cli
