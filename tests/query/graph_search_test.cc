#include <algorithm>
#include <limits>
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "query/dense/dense_calibrate.h"
#include "query/dense/dense_searcher.h"
#include "tests/data/test_files.h"
#include "tests/index/clustered_vectors.h"
#include "tests/query/dense_oracle.h"

namespace temblor {
namespace {

struct GraphExample {
    std::shared_ptr<const DenseSegment> segment;
    DenseDataset queries;
    std::vector<std::vector<float>> scores;
    std::vector<uint32_t> all;
};

DenseBuildParameters graph_parameters(Distance distance, VectorStoreKind store) {
    DenseBuildParameters parameters;
    parameters.kind = DenseIndexKind::kHnsw;
    parameters.distance = distance;
    parameters.store = store;
    parameters.graph.m = 12;
    parameters.graph.ef_construction = 80;
    parameters.graph.threads = 1;
    return parameters;
}

using GraphCase = std::pair<Distance, VectorStoreKind>;

const GraphExample& graph_example(const GraphCase& which) {
    static std::map<GraphCase, GraphExample> examples;
    if (const auto found = examples.find(which); found != examples.end()) return found->second;
    testing::ClusteredShape shape;
    shape.rows = 2400;
    const DenseDataset vectors = testing::clustered_vectors(shape);
    GraphExample made;
    made.segment = testing::dense_segment_of(vectors, graph_parameters(which.first, which.second));
    made.queries = testing::vectors_near(vectors, 12, 0.1, 9);
    for (uint64_t q = 0; q < made.queries.rows(); ++q)
        made.scores.push_back(testing::stored_scores(made.segment->store(), made.queries.row(q)));
    made.all = testing::all_rows(vectors.rows());
    return examples[which] = std::move(made);
}

std::vector<uint32_t> drawn_rows(uint64_t rows, double share, uint64_t seed) {
    SplitMix random(seed);
    std::vector<uint32_t> out;
    for (uint32_t r = 0; r < rows; ++r)
        if (random.uniform() < share) out.push_back(r);
    return out;
}

RowBitmap bitmap_of_rows(const std::vector<uint32_t>& rows) {
    RowBitmap bitmap;
    for (const uint32_t row : rows) bitmap.add(row);
    return bitmap;
}

class GraphSearch : public ::testing::TestWithParam<GraphCase> {
protected:
    const GraphExample& example_ = graph_example(GetParam());
    const DenseSegment& segment_ = *example_.segment;
    const DenseDataset& queries_ = example_.queries;
    const Distance distance_ = segment_.distance();

    [[nodiscard]] double mean_recall(const DenseSearchParameters& p, DenseScope scope,
                                     const std::vector<uint32_t>& among) const {
        double sum = 0;
        for (uint64_t q = 0; q < queries_.rows(); ++q) {
            const auto found = testing::search_dense_once(segment_, queries_.row(q), p, scope);
            EXPECT_EQ(found.hits.size(), std::min<uint64_t>(p.k, among.size()));
            testing::expect_dense_order(found.hits, example_.scores[q], distance_);
            for (const Hit& h : found.hits)
                EXPECT_TRUE(std::binary_search(among.begin(), among.end(), h.row));
            sum += testing::dense_recall(found.hits, example_.scores[q], among, p.k);
        }
        return sum / static_cast<double>(queries_.rows());
    }
};

TEST_P(GraphSearch, IsAsItWasAskedFor) {
    ASSERT_NE(segment_.graph(), nullptr);
    EXPECT_EQ(segment_.hashed(), nullptr);
    const NeighbourGraph& graph = *segment_.graph();
    EXPECT_EQ(graph.m(), 12U);
    EXPECT_EQ(graph.ef_construction(), 80U);
    EXPECT_GE(graph.levels(), 1U);
    EXPECT_FALSE(graph.neighbours(graph.entry(), graph.levels()).empty());
    EXPECT_TRUE(graph.neighbours(graph.entry(), graph.levels() + 1).empty());
    const Status whole = segment_.verify(no_progress());
    EXPECT_TRUE(whole.is_ok()) << whole.message();
}

TEST_P(GraphSearch, FindsMostAndLooksAtLittle) {
    DenseSearchParameters p;
    EXPECT_GE(mean_recall(p, {}, example_.all), 0.9);
    const auto found = testing::search_dense_once(segment_, queries_.row(0), p);
    EXPECT_FALSE(found.counters.exact);
    EXPECT_LT(found.counters.documents_scored, segment_.rows() * 3 / 4);
    EXPECT_GT(found.counters.blocks_visited, 0U);
    EXPECT_GT(found.counters.bytes_touched,
              found.counters.documents_scored * segment_.store().row_bytes());
}

TEST_P(GraphSearch, FindsMoreFromMoreRows) {
    DenseSearchParameters p;
    double before = 0;
    uint64_t scored = 0;
    for (const uint32_t ef : {10U, 60U, 600U}) {
        p.setting.ef = ef;
        const double recall = mean_recall(p, {}, example_.all);
        EXPECT_GE(recall, before - 0.02) << ef;
        before = recall;
        const auto found = testing::search_dense_once(segment_, queries_.row(1), p);
        EXPECT_GT(found.counters.documents_scored, scored);
        scored = found.counters.documents_scored;
    }
    EXPECT_GE(before, distance_ == Distance::kDot ? 0.9 : 0.99);
}

TEST_P(GraphSearch, NeverReturnsTooFew) {
    DenseSearchParameters p;
    p.setting.ef = 1;
    for (const uint32_t k : {1U, 200U, 2399U, 2400U, 9000U}) {
        p.k = k;
        EXPECT_GE(mean_recall(p, {}, example_.all), 0.3) << k;
    }
}

TEST_P(GraphSearch, ExactScoresEveryRow) {
    DenseSearchParameters p;
    p.exact = true;
    for (uint64_t q = 0; q < queries_.rows(); ++q) {
        const auto found = testing::search_dense_once(segment_, queries_.row(q), p);
        EXPECT_TRUE(found.counters.exact);
        testing::expect_dense_answer(found.hits, example_.scores[q], example_.all, 10, distance_);
    }
}

TEST_P(GraphSearch, ReturnsOnlyWhatIsAllowed) {
    DenseSearchParameters p;
    for (const double share : {0.0, 0.001, 0.2, 0.5, 0.9}) {
        const auto rows = drawn_rows(segment_.rows(), share, 5);
        const RowBitmap allowed = bitmap_of_rows(rows);
        for (const uint32_t k : {1U, 10U, 1500U}) {
            SCOPED_TRACE(::testing::Message() << "share " << share << ", k " << k);
            p.k = k;
            const double recall = mean_recall(p, {&allowed, nullptr}, rows);
            // Long rows draw walks by inner product to themselves.
            const double least = distance_ == Distance::kDot ? 0.75 : 0.85;
            EXPECT_GE(recall, rows.size() <= 1000 ? 1.0 : least);
        }
    }
}

TEST_P(GraphSearch, NeverReturnsDeadRows) {
    const auto dead_rows = drawn_rows(segment_.rows(), 0.4, 12);
    const DeadRows dead(bitmap_of_rows(dead_rows));
    std::vector<uint32_t> alive;
    std::set_difference(example_.all.begin(), example_.all.end(), dead_rows.begin(),
                        dead_rows.end(), std::back_inserter(alive));
    DenseSearchParameters p;
    for (const uint32_t k : {10U, 2000U}) {
        p.k = k;
        EXPECT_GE(mean_recall(p, {nullptr, &dead}, alive), 0.85) << k;
    }
    const DeadRows everyone(bitmap_of_rows(example_.all));
    EXPECT_TRUE(testing::search_dense_once(segment_, queries_.row(0), {}, {nullptr, &everyone})
                    .hits.empty());
}

TEST_P(GraphSearch, CountsDeadRowsOfTheSegment) {
    // The store has rows 1, 3, 5 and so on of a segment.
    std::vector<uint32_t> odd;
    for (uint32_t r = 0; r < segment_.rows(); ++r) odd.push_back(2 * r + 1);
    const RowBitmap present = bitmap_of_rows(odd);
    const auto best = testing::search_dense_once(segment_, queries_.row(0), {}).hits;
    const DeadRows dead(
        bitmap_of_rows({2 * best[0].row + 1, 2 * best[1].row, best[2].row * 2 + 1}));
    const DenseSource source{&segment_.store(), nullptr, &present, segment_.graph()};
    DenseScratch scratch;
    SearchResult result;
    ASSERT_TRUE(
        search_dense(source, queries_.row(0), {}, {nullptr, &dead}, scratch, result).is_ok());
    ASSERT_EQ(result.hits.size(), 10U);
    EXPECT_EQ(result.hits[0], best[1]);
    EXPECT_EQ(result.hits[1], best[3]);
}

TEST_P(GraphSearch, KeepsToTheLeastScore) {
    for (uint64_t q = 0; q < queries_.rows(); q += 3) {
        std::vector<float> sorted = example_.scores[q];
        std::sort(sorted.begin(), sorted.end(), std::greater<>());
        DenseSearchParameters p;
        p.k = 50;
        p.least_score = (sorted[19] + sorted[20]) / 2;
        const auto found = testing::search_dense_once(segment_, queries_.row(q), p);
        EXPECT_LE(found.hits.size(), 21U);
        EXPECT_GE(found.hits.size(), 10U);
        for (const Hit& h : found.hits) EXPECT_GE(h.score, p.least_score);
    }
}

TEST_P(GraphSearch, BatchesAnswerAsSingleQueriesDo) {
    const DenseSource source{&segment_.store(), nullptr, nullptr, segment_.graph()};
    const auto batch = search_dense_batch(source, queries_, {}, {}, 3);
    ASSERT_TRUE(batch.is_ok());
    for (uint64_t q = 0; q < queries_.rows(); ++q) {
        EXPECT_EQ((*batch)[q].hits, testing::search_dense_once(segment_, queries_.row(q), {}).hits);
    }
}

TEST_P(GraphSearch, QueriesOfAnyLengthAreAnswered) {
    for (const float scale : {0.0F, 1e-40F, 1e15F, 1e37F}) {
        std::vector<float> query(queries_.row(0).begin(), queries_.row(0).end());
        for (float& v : query) v *= scale;
        const auto found = testing::search_dense_once(segment_, query, {});
        EXPECT_EQ(found.hits.size(), 10U) << scale;
    }
}

TEST_P(GraphSearch, IsCalibrated) {
    CalibrationOptions options;
    options.ks = {10};
    options.max_queries = 40;
    options.threads = 1;
    const DenseSource source{&segment_.store(), nullptr, nullptr, segment_.graph()};
    const auto frontiers = calibrate_dense(source, {}, options, no_progress());
    ASSERT_TRUE(frontiers.is_ok()) << frontiers.status().message();
    ASSERT_EQ(frontiers->size(), 1U);
    const auto low = dense_parameters_for_recall(*frontiers, 10, 0.5);
    const auto high = dense_parameters_for_recall(*frontiers, 10, 0.97);
    ASSERT_TRUE(low.is_ok());
    ASSERT_TRUE(high.is_ok());
    EXPECT_LE(low->setting.ef, high->setting.ef);
    EXPECT_GE(mean_recall(*high, {}, example_.all), 0.9);
}

INSTANTIATE_TEST_SUITE_P(Settings, GraphSearch,
                         ::testing::Values(GraphCase{Distance::kDot, VectorStoreKind::kF32},
                                           GraphCase{Distance::kCosine, VectorStoreKind::kF16},
                                           GraphCase{Distance::kEuclid, VectorStoreKind::kU8}),
                         [](const auto& which) {
                             return std::string(distance_name(which.param.first)) + "_" +
                                    std::string(vector_store_name(which.param.second));
                         });

TEST(GraphParametersOfASearch, AreChecked) {
    DenseSearchParameters p;
    p.setting.ef = 0;
    EXPECT_ERROR(p.validate(), StatusCode::kInvalidArgument, "ef: 0");
}

TEST(GraphOfEqualRows, LeavesNoneOut) {
    std::vector<float> values(size_t{1500} * 3, 0.5F);
    const DenseDataset vectors = DenseDataset::from_values(std::move(values), 3).value();
    for (const Distance distance : {Distance::kDot, Distance::kCosine, Distance::kEuclid}) {
        const auto segment =
            testing::dense_segment_of(vectors, graph_parameters(distance, VectorStoreKind::kF16));
        DenseSearchParameters p;
        p.k = 1500;
        const auto found =
            testing::search_dense_once(*segment, std::vector<float>{0.5F, 0.5F, 0.5F}, p);
        ASSERT_EQ(found.hits.size(), 1500U);
        for (uint32_t r = 0; r < 1500; ++r) ASSERT_EQ(found.hits[r].row, r);
    }
}

}  // namespace
}  // namespace temblor
