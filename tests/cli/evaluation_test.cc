#include "cli/evaluation.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace temblor::cli {
namespace {

TEST(Measure, RunsEveryPassAndKeepsOnePassOfCounters) {
    uint32_t calls = 0;
    const QueryRunner runner = [&](uint64_t query, SearchResult& result) {
        EXPECT_EQ(query, calls % 3);
        result.hits = {{calls % 3, 1.0F}};
        result.counters = {};
        result.counters.documents_scored = 5;
        ++calls;
        return Status::ok();
    };
    const auto measured = measure(3, runner, 2, 3, no_progress());
    ASSERT_TRUE(measured.is_ok());
    EXPECT_EQ(calls, 15U);
    EXPECT_EQ(measured->totals.documents_scored, 15U);
    for (uint32_t q = 0; q < 3; ++q) EXPECT_EQ(measured->hits[q].at(0).row, q);
    EXPECT_GE(measured->latency.p99, measured->latency.p50);
}

TEST(Measure, NamesTheQueryThatFails) {
    uint32_t calls = 0;
    const QueryRunner runner = [&](uint64_t, SearchResult&) {
        return calls++ == 1 ? Status::corruption("section records: bad") : Status::ok();
    };
    const auto measured = measure(3, runner, 0, 1, no_progress());
    ASSERT_FALSE(measured.is_ok());
    EXPECT_EQ(measured.status().code(), StatusCode::kCorruption);
    EXPECT_EQ(measured.status().message(), "query 1: section records: bad");
}

TEST(Measure, StopsWhenCancelled) {
    class Cancelling final : public Progress {
        void report(std::string_view, uint64_t, uint64_t) override {}
        [[nodiscard]] bool cancelled() const override { return true; }
    } progress;
    const QueryRunner runner = [](uint64_t, SearchResult&) { return Status::ok(); };
    const auto measured = measure(3, runner, 0, 1, progress);
    ASSERT_FALSE(measured.is_ok());
    EXPECT_EQ(measured.status().code(), StatusCode::kCancelled);
}

TEST(Assess, MeansOverJudgedQueriesAndIgnoresZeroScores) {
    const auto query_ids = std::move(DocumentIds::from_strings({"q1", "q2", "q3"})).value();
    const auto document_ids = std::move(DocumentIds::from_strings({"a", "b", "c"})).value();
    Qrels qrels;
    qrels.grades["q1"] = {{"a", 1}, {"b", 1}};
    qrels.grades["q3"] = {{"c", 1}};
    const std::vector<std::vector<Hit>> hits{
        {{2, 3.0F}, {0, 2.0F}, {1, 0.0F}}, {{1, 9.0F}}, {{2, 4.0F}}};
    const auto quality = assess(hits, query_ids, document_ids, qrels, 10);
    ASSERT_TRUE(quality.is_ok());
    EXPECT_EQ(quality->judged, 2U);
    EXPECT_DOUBLE_EQ(quality->reciprocal_rank, 0.75);
    EXPECT_DOUBLE_EQ(quality->recall, 0.75);
    EXPECT_NEAR(quality->ndcg, ((1 / std::log2(3)) / (1 + 1 / std::log2(3)) + 1) / 2, 1e-12);
}

TEST(Assess, RefusesQrelsOfOtherQueries) {
    const auto ids = std::move(DocumentIds::from_strings({"1"})).value();
    Qrels qrels;
    qrels.grades["2"] = {{"a", 1}};
    const auto quality = assess({{}}, ids, ids, qrels, 10);
    ASSERT_FALSE(quality.is_ok());
    EXPECT_EQ(quality.status().code(), StatusCode::kInvalidArgument);
}

TEST(MeanAccuracy, LeavesOutFillersAndEmptyQueries) {
    const std::vector<std::vector<Hit>> truth{
        {{1, 5.0F}, {2, 4.0F}, {0, 0.0F}}, {{0, 0.0F}}, {{3, 1.0F}}};
    const std::vector<std::vector<Hit>> hits{{{1, 5.0F}, {9, 3.0F}}, {}, {{3, 1.0F}}};
    EXPECT_DOUBLE_EQ(mean_accuracy(hits, truth, 3), 0.75);
    EXPECT_DOUBLE_EQ(mean_accuracy(hits, truth, 1), 1);
}

TEST(GroundTruthHits, TakesTheFirstKAndStopsAtFillers) {
    const GroundTruth truth{2, 3, {4, 2, 0, 1, -1, -1}, {3, 2, 1, 9, 0, 0}};
    const auto hits = ground_truth_hits(truth, 2, 5, 2);
    ASSERT_TRUE(hits.is_ok());
    EXPECT_EQ((*hits)[0], (std::vector<Hit>{{4, 3}, {2, 2}}));
    EXPECT_EQ((*hits)[1], (std::vector<Hit>{{1, 9}}));
}

TEST(GroundTruthHits, RefusesWhatDoesNotFit) {
    const GroundTruth truth{1, 1, {4}, {3}};
    EXPECT_FALSE(ground_truth_hits(truth, 2, 5, 1).is_ok());
    EXPECT_FALSE(ground_truth_hits(truth, 1, 5, 2).is_ok());
    EXPECT_FALSE(ground_truth_hits(truth, 1, 4, 1).is_ok());
    EXPECT_TRUE(ground_truth_hits(truth, 1, 5, 1).is_ok());
}

}  // namespace
}  // namespace temblor::cli
