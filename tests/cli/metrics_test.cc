#include "cli/metrics.h"

#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace temblor::cli {
namespace {

using Ranking = std::vector<std::string>;

TEST(Ndcg, WorkedExample) {
    const Grades grades{{"a", 3}, {"b", 2}, {"c", 3}, {"e", 1}, {"f", 2}};
    const Ranking ranking{"a", "b", "c", "d", "e", "f"};
    // Gains 3 2 3 0 1 2 over log2(2..7) against the ideal 3 3 2 2 1.
    const double gained =
        3 / 1.0 + 2 / std::log2(3) + 3 / 2.0 + 1 / std::log2(6) + 2 / std::log2(7);
    const double ideal = 3 / 1.0 + 3 / std::log2(3) + 2 / 2.0 + 2 / std::log2(5) + 1 / std::log2(6);
    EXPECT_NEAR(ndcg(ranking, grades, 10), gained / ideal, 1e-12);
    EXPECT_NEAR(ndcg(ranking, grades, 10), 0.9608081943360617, 1e-9);
}

TEST(Ndcg, IdealIsOverAllJudgedNotOnlyFound) {
    const Grades grades{{"a", 1}, {"missing", 1}};
    const Ranking ranking{"x", "a"};
    const double ideal = 1 + 1 / std::log2(3);
    EXPECT_NEAR(ndcg(ranking, grades, 10), (1 / std::log2(3)) / ideal, 1e-12);
}

TEST(Ndcg, CutsRankingAndIdeal) {
    const Grades grades{{"a", 1}, {"b", 2}};
    const Ranking ranking{"a", "b"};
    EXPECT_NEAR(ndcg(ranking, grades, 1), 0.5, 1e-12);
}

TEST(Ndcg, NothingRelevantAndNegativeGradesGainNothing) {
    const Ranking ranking{"a", "b"};
    EXPECT_EQ(ndcg(ranking, {}, 10), 0);
    EXPECT_EQ(ndcg(ranking, {{"a", 0}}, 10), 0);
    EXPECT_NEAR(ndcg(ranking, {{"a", -2}, {"b", 1}}, 10), 1 / std::log2(3), 1e-12);
    EXPECT_EQ(ndcg({}, {{"a", 1}}, 10), 0);
}

TEST(ReciprocalRank, FirstRelevantWithinTheCut) {
    const Grades grades{{"c", 1}, {"d", 2}, {"a", 0}};
    const Ranking ranking{"a", "b", "c", "d"};
    EXPECT_DOUBLE_EQ(reciprocal_rank(ranking, grades, 10), 1.0 / 3);
    EXPECT_EQ(reciprocal_rank(ranking, grades, 2), 0);
}

TEST(Recall, OverAllRelevant) {
    const Grades grades{{"a", 1}, {"b", 1}, {"z", 2}, {"y", 0}};
    const Ranking ranking{"a", "y", "x", "b"};
    EXPECT_DOUBLE_EQ(recall(ranking, grades, 4), 2.0 / 3);
    EXPECT_DOUBLE_EQ(recall(ranking, grades, 3), 1.0 / 3);
    EXPECT_EQ(recall(ranking, {{"y", 0}}, 4), 0);
}

TEST(Accuracy, SharesWithoutOrder) {
    const std::vector<uint32_t> exact{5, 1, 9, 7};
    const std::vector<uint32_t> found{7, 2, 5, 8};
    EXPECT_DOUBLE_EQ(accuracy(found, exact), 0.5);
    EXPECT_EQ(accuracy({}, exact), 0);
    EXPECT_EQ(accuracy(found, {}), 1);
}

TEST(Percentile, NearestRank) {
    const std::vector<double> values{15, 20, 35, 40, 50};
    EXPECT_EQ(percentile(values, 5), 15);
    EXPECT_EQ(percentile(values, 30), 20);
    EXPECT_EQ(percentile(values, 40), 20);
    EXPECT_EQ(percentile(values, 50), 35);
    EXPECT_EQ(percentile(values, 100), 50);
    EXPECT_EQ(percentile(values, 0), 15);
    EXPECT_EQ(percentile({}, 50), 0);
}

TEST(Mean, OfNothingIsZero) {
    const std::vector<double> values{1, 2, 6};
    EXPECT_DOUBLE_EQ(mean(values), 3);
    EXPECT_EQ(mean({}), 0);
}

}  // namespace
}  // namespace temblor::cli
