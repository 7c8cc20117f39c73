#include "query/calibrate.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "query/exact_index.h"
#include "query/searcher.h"
#include "tests/data/test_files.h"
#include "tests/index/synthetic.h"
#include "tests/query/oracle.h"
#include "tests/sanitized.h"

namespace temblor {
namespace {

testing::SyntheticShape shape() {
    testing::SyntheticShape s;
    s.rows = testing::all_or_some(5000, 2000);
    s.dim = 4000;
    s.topics = 100;
    s.mean_nnz = 50;
    return s;
}

class Calibrate : public testing::FolderTest {
protected:
    void SetUp() override {
        const SparseDataset documents = testing::synthetic_documents(shape());
        auto parameters = BuildParameters::for_collection(documents.rows(), documents.nnz(),
                                                          VectorSource::kLearned);
        parameters.n_postings = 60;
        ASSERT_TRUE(
            build_segment(testing::contents_of(documents), parameters, path("a"), no_progress())
                .is_ok());
    }
    [[nodiscard]] std::shared_ptr<const Segment> segment() const {
        return Segment::open(path("a")).value();
    }
    static double accuracy(const std::shared_ptr<const Segment>& segment,
                           const SparseDataset& queries, const SearchParameters& parameters) {
        const Searcher searcher(segment);
        const auto truth =
            searcher.search_batch(queries, testing::exact(parameters.k), {}, 2).value();
        const auto found = searcher.search_batch(queries, parameters, {}, 2).value();
        double sum = 0;
        for (uint64_t q = 0; q < queries.rows(); ++q) {
            double hits = 0;
            double wanted = 0;
            for (const Hit& t : truth[q].hits) {
                if (t.score <= 0) continue;
                wanted += 1;
                hits +=
                    std::find(found[q].hits.begin(), found[q].hits.end(), t) != found[q].hits.end()
                        ? 1
                        : 0;
            }
            sum += wanted > 0 ? hits / wanted : 1;
        }
        return sum / static_cast<double>(queries.rows());
    }
};

void expect_frontier(const CalibrationFrontier& frontier) {
    ASSERT_FALSE(frontier.points.empty());
    for (size_t i = 0; i < frontier.points.size(); ++i) {
        const CalibrationPoint& p = frontier.points[i];
        EXPECT_GT(p.accuracy, 0);
        EXPECT_LE(p.accuracy, 1);
        EXPECT_GE(p.query_cut, 1U);
        EXPECT_GT(p.documents_scored, 0);
        if (i > 0) {
            EXPECT_GT(p.accuracy, frontier.points[i - 1].accuracy);
        }
    }
    // Cheapest first: what all the accuracy costs is more than what the first point does.
    EXPECT_GE(frontier.points.back().documents_scored, frontier.points.front().documents_scored);
}

TEST_F(Calibrate, KeepsItsPromiseOnOtherQueries) {
    const SparseDataset sample = testing::synthetic_queries(shape(), 400, 15, 1);
    const SparseDataset held_out = testing::synthetic_queries(shape(), 400, 15, 2);
    CalibrationOptions options;
    options.ks = {10};
    options.max_queries = 400;
    const auto frontiers = calibrate(segment(), sample, options, no_progress());
    ASSERT_TRUE(frontiers.is_ok()) << frontiers.status().message();
    ASSERT_EQ(frontiers->size(), 1U);
    EXPECT_EQ(frontiers->front().k, 10U);
    EXPECT_EQ(frontiers->front().queries, 400U);
    EXPECT_FALSE(frontiers->front().from_documents);
    expect_frontier(frontiers->front());
    ASSERT_TRUE(store_calibration(path("a"), *frontiers).is_ok());
    const auto calibrated = segment();
    double cost = 0;
    for (const double recall : {0.9, 0.95, 0.97, 0.99}) {
        const auto parameters = parameters_for_recall(*calibrated, 10, recall);
        ASSERT_TRUE(parameters.is_ok());
        EXPECT_GE(accuracy(calibrated, held_out, *parameters), recall - 0.01) << recall;
        if (parameters->exact) continue;
        const auto results =
            Searcher(calibrated).search_batch(held_out, *parameters, {}, 2).value();
        SearchCounters counters;
        for (const SearchResult& r : results) counters.add(r.counters);
        const auto scored = static_cast<double>(counters.documents_scored);
        EXPECT_GE(scored, 0.8 * cost) << recall;  // more accuracy is not had for much less
        cost = scored;
    }
}

TEST_F(Calibrate, MakesQueriesFromDocuments) {
    CalibrationOptions options;
    options.ks = {10, 50};
    options.max_queries = 100;
    const auto frontiers = calibrate(segment(), SparseDataset(), options, no_progress());
    ASSERT_TRUE(frontiers.is_ok()) << frontiers.status().message();
    ASSERT_EQ(frontiers->size(), 2U);
    for (const CalibrationFrontier& f : *frontiers) {
        EXPECT_TRUE(f.from_documents);
        EXPECT_EQ(f.queries, 100U);
        expect_frontier(f);
    }
    const auto a = sample_queries_from_documents(*segment(), 50, 7);
    const auto b = sample_queries_from_documents(*segment(), 50, 7);
    const auto c = sample_queries_from_documents(*segment(), 50, 8);
    ASSERT_TRUE(a.is_ok());
    EXPECT_EQ(a->rows(), 50U);
    EXPECT_TRUE(a->validate(ValueRule::kNonNegative).is_ok());
    testing::expect_same_rows(*a, *b);
    EXPECT_FALSE(std::equal(a->components().begin(), a->components().end(), c->components().begin(),
                            c->components().end()));
    for (uint64_t q = 0; q < a->rows(); ++q) EXPECT_GT(a->row(q).nnz(), 0U);
}

TEST_F(Calibrate, StopsWhenAsked) {
    testing::CancelAfter cancel(20);
    CalibrationOptions options;
    options.max_queries = 50;
    EXPECT_ERROR(calibrate(segment(), SparseDataset(), options, cancel), StatusCode::kCancelled);
}

TEST_F(Calibrate, NeedsSomethingToMeasure) {
    const auto empty = testing::segment_of(SparseDataset(), BuildParameters{});
    EXPECT_ERROR(calibrate(empty, SparseDataset(), {}, no_progress()), StatusCode::kInvalidArgument,
                 "no queries");
    const auto blank =
        testing::segment_of(testing::dataset_of({{{}, {}}, {{}, {}}}), BuildParameters{});
    EXPECT_ERROR(calibrate(blank, SparseDataset(), {}, no_progress()), StatusCode::kInvalidArgument,
                 "no queries");
}

TEST_F(Calibrate, ParametersForRecall) {
    EXPECT_ERROR(parameters_for_recall(*segment(), 10, 0.9), StatusCode::kNotFound,
                 "not calibrated", "temblor calibrate");
    const std::vector<CalibrationFrontier> frontiers{
        {10, 9, false, {{0.8F, 10, 10, 2, 0.9F, 5}, {0.97F, 90, 99, 7, 0.5F, 0}}},
        {100, 9, false, {{0.99F, 10, 10, 3, 0.8F, 6}}}};
    ASSERT_TRUE(store_calibration(path("a"), frontiers).is_ok());
    const auto calibrated = segment();
    for (const double recall : {0.0, -1.0, 1.01, std::nan("")}) {
        EXPECT_ERROR(parameters_for_recall(*calibrated, 10, recall), StatusCode::kInvalidArgument,
                     "recall");
    }
    const auto query_cut = [&](uint32_t k, double recall) {
        const auto parameters = parameters_for_recall(*calibrated, k, recall);
        EXPECT_TRUE(parameters.is_ok());
        EXPECT_EQ(parameters->k, k);
        return parameters->exact ? 0 : parameters->query_cut;
    };
    EXPECT_EQ(query_cut(10, 0.7), 2U);
    EXPECT_EQ(query_cut(10, 0.8), 2U);
    EXPECT_EQ(query_cut(10, 0.9), 7U);
    EXPECT_EQ(query_cut(100, 0.5), 3U);
    EXPECT_EQ(query_cut(1, 0.7), 2U);  // the nearest k that was measured
    EXPECT_EQ(query_cut(1000, 0.7), 3U);
    EXPECT_EQ(query_cut(10, 0.974), 7U);  // half a point is forgiven at the end
    EXPECT_EQ(query_cut(10, 0.98), 0U);   // past the frontier: exact
}

}  // namespace
}  // namespace temblor
