#include "query/dense/dense_ground_truth.h"

#include <algorithm>
#include <random>
#include <vector>

#include "query/collection/dense_distance.h"
#include "tests/data/dense_files.h"
#include "tests/data/test_files.h"
#include "tests/sanitized.h"

namespace temblor {
namespace {

struct Expected {
    float score;
    int32_t row;
};

std::vector<Expected> by_scan(const DenseDataset& rows, std::span<const float> query,
                              Distance distance) {
    std::vector<float> asked(query.begin(), query.end());
    if (distance == Distance::kCosine) normalize(asked);
    std::vector<Expected> all;
    for (uint64_t r = 0; r < rows.rows(); ++r) {
        std::vector<float> stored(rows.row(r).begin(), rows.row(r).end());
        if (distance == Distance::kCosine) normalize(stored);
        all.push_back({dense_score(distance, asked, stored), static_cast<int32_t>(r)});
    }
    std::stable_sort(all.begin(), all.end(),
                     [](const Expected& a, const Expected& b) { return a.score > b.score; });
    return all;
}

void expect_scan(const DenseDataset& rows, const DenseDataset& queries, Distance distance,
                 uint32_t k, uint32_t threads = 2) {
    const auto truth = dense_ground_truth(rows, queries, distance, k, threads, no_progress());
    ASSERT_TRUE(truth.is_ok()) << truth.status().to_string();
    ASSERT_EQ(truth->queries, queries.rows());
    ASSERT_EQ(truth->k, k);
    for (uint64_t q = 0; q < queries.rows(); ++q) {
        const std::vector<Expected> expected = by_scan(rows, queries.row(q), distance);
        for (size_t i = 0; i < k; ++i) {
            const bool there = i < expected.size();
            ASSERT_EQ(truth->rows[q * k + i], there ? expected[i].row : -1)
                << distance_name(distance) << ", query " << q << ", answer " << i;
            ASSERT_EQ(truth->scores[q * k + i], there ? expected[i].score : 0);
        }
    }
}

constexpr std::array kMetrics{Distance::kDot, Distance::kCosine, Distance::kEuclid};

TEST(DenseGroundTruth, IsWhatAScanGives) {
    const DenseDataset rows = testing::random_dense(1, 3000, 48);
    // Fewer than 20 queries and more of them take different ways through Faiss, as do k < 100.
    for (const uint64_t queries : {3, 60}) {
        for (const Distance distance : kMetrics) {
            expect_scan(rows, testing::random_dense(2, queries, 48), distance, 10);
            expect_scan(rows, testing::random_dense(3, queries, 48), distance, 200);
        }
    }
}

TEST(DenseGroundTruth, EqualScoresComeByRow) {
    // 30 different vectors, each about 100 times: no margin covers the ties.
    const DenseDataset few = testing::random_dense(4, 30, 20);
    std::mt19937_64 random(5);
    std::vector<float> values;
    for (int r = 0; r < 3000; ++r) {
        const auto row = few.row(random() % few.rows());
        values.insert(values.end(), row.begin(), row.end());
    }
    const DenseDataset rows = DenseDataset::from_values(std::move(values), 20).value();
    for (const Distance distance : kMetrics) {
        expect_scan(rows, testing::random_dense(6, 25, 20), distance, 7);
        expect_scan(rows, few, distance, 150);
    }
}

TEST(DenseGroundTruth, NearlyEqualRowsFarFromTheOrigin) {
    // Squared distances by products lose all their digits here.
    std::vector<float> values(std::size_t{testing::all_or_some(2000, 600)} * 16);
    std::mt19937_64 random(7);
    for (float& value : values) value = 1000.0F + static_cast<float>(random() % 1000) * 0.001F;
    const DenseDataset rows = DenseDataset::from_values(std::move(values), 16).value();
    for (const Distance distance : kMetrics) expect_scan(rows, rows, distance, 3);
}

TEST(DenseGroundTruth, HugeZeroAndFewVectors) {
    std::vector<float> values(std::size_t{40} * 4, 0.0F);
    for (size_t i = 0; i < 80; ++i) values[i] = (i % 3 == 0 ? -3e38F : 2e38F);
    const DenseDataset rows = DenseDataset::from_values(std::move(values), 4).value();
    const DenseDataset none = DenseDataset::from_values({}, 4).value();
    for (const Distance distance : kMetrics) {
        expect_scan(rows, rows, distance, 5);
        expect_scan(rows, rows, distance, 60);
        expect_scan(none, rows, distance, 5);
        expect_scan(rows, none, distance, 5);
    }
}

TEST(DenseGroundTruth, SameForAnyNumberOfThreads) {
    const DenseDataset rows = testing::random_dense(8, 20'000, 24);
    const DenseDataset queries = testing::random_dense(9, 50, 24);
    const auto one =
        dense_ground_truth(rows, queries, Distance::kCosine, 20, 1, no_progress()).value();
    for (const uint32_t threads : {0, 2, 5}) {
        const auto more =
            dense_ground_truth(rows, queries, Distance::kCosine, 20, threads, no_progress())
                .value();
        EXPECT_EQ(one.rows, more.rows);
        EXPECT_EQ(one.scores, more.scores);
    }
}

TEST(DenseGroundTruth, SaysWhatItCannotDo) {
    const DenseDataset rows = testing::random_dense(10, 10, 4);
    const DenseDataset other = testing::random_dense(10, 10, 5);
    const auto code = StatusCode::kInvalidArgument;
    EXPECT_ERROR(dense_ground_truth(rows, other, Distance::kDot, 1, 1, no_progress()), code,
                 "queries have dimension 5, documents 4");
    EXPECT_ERROR(dense_ground_truth(rows, rows, Distance::kManhattan, 1, 1, no_progress()), code,
                 "manhattan");
    testing::CancelAfter at_once(0);
    EXPECT_ERROR(dense_ground_truth(rows, rows, Distance::kDot, 1, 1, at_once),
                 StatusCode::kCancelled, "cancelled");
}

}  // namespace
}  // namespace temblor
