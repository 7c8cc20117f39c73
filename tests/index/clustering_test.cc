#include "index/clustering.h"

#include <algorithm>
#include <numeric>

#include <gtest/gtest.h>

#include "tests/index/synthetic.h"

namespace temblor {
namespace {

SparseDataset collection(uint64_t seed) {
    testing::SyntheticShape shape;
    shape.seed = seed;
    shape.rows = 600;
    shape.dim = 500;
    return testing::synthetic_documents(shape);
}

TEST(HeavyEntries, AreTheLargestOfEachDocument) {
    const SparseDataset dataset = collection(5);
    constexpr uint32_t kCut = 7;
    const HeavyEntries heavy(dataset, kCut);
    for (uint64_t r = 0; r < dataset.rows(); ++r) {
        const SparseVectorView row = dataset.row(r);
        std::vector<std::pair<float, uint32_t>> expected;
        for (size_t i = 0; i < row.nnz(); ++i)
            expected.emplace_back(-row.values[i], row.components[i]);
        std::sort(expected.begin(), expected.end());
        for (size_t i = 0; i < kCut; ++i) {
            if (i >= expected.size()) {
                ASSERT_EQ(heavy.values[r * kCut + i], 0) << "row " << r;
                continue;
            }
            ASSERT_EQ(heavy.values[r * kCut + i], -expected[i].first) << "row " << r;
            ASSERT_EQ(heavy.components[r * kCut + i], expected[i].second) << "row " << r;
        }
    }
}

TEST(Clustering, CutsAListIntoBlocksOfAllItsRows) {
    for (const uint64_t seed : {1U, 2U, 3U}) {
        const SparseDataset dataset = collection(seed);
        const HeavyEntries heavy(dataset, 15);
        for (const uint32_t min_size : {0U, 2U, 10U}) {
            for (const double fraction : {0.01, 0.1, 0.4, 1.0}) {
                SCOPED_TRACE(::testing::Message() << "seed " << seed << ", min " << min_size
                                                  << ", fraction " << fraction);
                BuildParameters parameters;
                parameters.min_cluster_size = min_size;
                parameters.centroid_fraction = fraction;
                const auto dim = static_cast<uint32_t>(dataset.dim());
                Clusterer first(dataset, heavy, dim, parameters);
                Clusterer second(dataset, heavy, dim, parameters);
                for (const uint32_t size : {1U, 9U, 100U, 550U}) {
                    std::vector<uint32_t> rows(size);
                    std::iota(rows.begin(), rows.end(), 20U);
                    Blocking blocking;
                    first.cluster(size, rows, blocking);
                    std::vector<uint32_t> sorted = blocking.rows;
                    std::sort(sorted.begin(), sorted.end());
                    ASSERT_EQ(sorted, rows);
                    ASSERT_FALSE(blocking.begins.empty());
                    ASSERT_EQ(blocking.begins[0], 0U);
                    const size_t blocks = blocking.begins.size();
                    ASSERT_LE(blocks, std::max(1.0, fraction * size));
                    for (size_t b = 0; b < blocks; ++b) {
                        const size_t end = b + 1 < blocks ? blocking.begins[b + 1] : size;
                        ASSERT_GT(end, blocking.begins[b]);
                        if (blocks > 1) {
                            ASSERT_GT(end - blocking.begins[b], min_size);
                        }
                        ASSERT_TRUE(
                            std::is_sorted(blocking.rows.begin() + blocking.begins[b],
                                           blocking.rows.begin() + static_cast<int64_t>(end)));
                    }
                    // What an object did before leaves no trace.
                    Blocking again;
                    second.cluster(3, std::span(rows).first(size / 2), again);
                    second.cluster(size, rows, again);
                    ASSERT_EQ(again.rows, blocking.rows);
                    ASSERT_EQ(again.begins, blocking.begins);
                }
            }
        }
    }
}

TEST(Clustering, KeepsTopicsTogether) {
    // Two topics without a common component but the list's own: no block should mix them.
    std::vector<SparseVector> rows;
    for (uint32_t r = 0; r < 200; ++r) {
        const uint32_t topic = r % 2 == 0 ? 10 : 50;
        rows.push_back({{0, topic, topic + 1 + r % 7}, {0.1F, 2, 1}});
    }
    const SparseDataset dataset = testing::dataset_of(rows, 100);
    const HeavyEntries heavy(dataset, 15);
    BuildParameters parameters;
    parameters.centroid_fraction = 0.1;
    Clusterer clusterer(dataset, heavy, 100, parameters);
    std::vector<uint32_t> list(200);
    std::iota(list.begin(), list.end(), 0U);
    Blocking blocking;
    clusterer.cluster(0, list, blocking);
    ASSERT_GE(blocking.begins.size(), 2U);
    for (size_t b = 0; b < blocking.begins.size(); ++b) {
        const size_t end = b + 1 < blocking.begins.size() ? blocking.begins[b + 1] : 200;
        for (size_t i = blocking.begins[b]; i < end; ++i) {
            EXPECT_EQ(blocking.rows[i] % 2, blocking.rows[blocking.begins[b]] % 2) << "block " << b;
        }
    }
}

TEST(Clustering, AnotherSeedDrawsOtherCentroids) {
    const SparseDataset dataset = collection(9);
    const HeavyEntries heavy(dataset, 15);
    std::vector<uint32_t> rows(500);
    std::iota(rows.begin(), rows.end(), 0U);
    Blocking blockings[2];
    for (const uint64_t seed : {0U, 1U}) {
        BuildParameters parameters;
        parameters.seed = seed;
        Clusterer clusterer(dataset, heavy, 500, parameters);
        clusterer.cluster(1, rows, blockings[seed]);
    }
    EXPECT_NE(blockings[0].rows, blockings[1].rows);
}

}  // namespace
}  // namespace temblor
