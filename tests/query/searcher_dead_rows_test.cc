#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "query/searcher.h"
#include "tests/index/synthetic.h"
#include "tests/query/oracle.h"

namespace temblor {
namespace {

using testing::SyntheticShape;

class SearcherDeadRowsTest : public ::testing::TestWithParam<ForwardKind> {
protected:
    SearcherDeadRowsTest() {
        shape_.rows = 4000;
        shape_.topics = 80;
        segment_ = testing::segment_of(testing::synthetic_documents(shape_),
                                       testing::unpruned(GetParam()));
        stored_ = testing::stored_vectors(*segment_);
        queries_ = testing::synthetic_queries(shape_, 20, 12, 3);
    }

    SearchResult search(SparseVectorView query, const SearchParameters& parameters,
                        const DeadRows& dead) {
        SearchScratch scratch(*segment_);
        SearchResult result;
        const Status status =
            Searcher(segment_).search(query, parameters, {nullptr, &dead}, scratch, result);
        EXPECT_TRUE(status.is_ok()) << status.to_string();
        return result;
    }

    SyntheticShape shape_;
    std::shared_ptr<const Segment> segment_;
    SparseDataset stored_;
    SparseDataset queries_;
};

/// A share of all rows, the best of a query among them.
DeadRows draw(double share, const std::vector<uint32_t>& best, uint32_t rows) {
    SplitMix random(7);
    RowBitmap dead;
    for (uint32_t r = 0; r < rows; ++r) {
        if (random.uniform() < share) dead.add(r);
    }
    for (size_t i = 0; i < best.size(); i += 2) dead.add(best[i]);
    return DeadRows(dead);
}

TEST_P(SearcherDeadRowsTest, AnswersAreTheBestOfTheLiving) {
    double found = 0;
    for (uint64_t q = 0; q < queries_.rows(); ++q) {
        std::vector<double> scores = testing::all_scores(stored_, queries_.row(q));
        const double share = q % 4 == 0 ? 0.0 : 0.3 * static_cast<double>(q % 4);
        const DeadRows dead = draw(share, testing::best_rows(scores, 40), shape_.rows);
        const RowBitmap all = dead.all();
        for (const uint32_t row : all) scores[row] = -1;
        for (const SearchParameters& parameters : {testing::exact(20), testing::exhaustive(20)}) {
            const SearchResult result = search(queries_.row(q), parameters, dead);
            ASSERT_EQ(result.hits.size(), 20U);
            for (const Hit& hit : result.hits) ASSERT_FALSE(dead.contains(hit.row)) << hit.row;
            if (parameters.exact) {
                testing::expect_exact(result.hits, scores, 20, 1e-5);
            } else {
                found += testing::accuracy(result.hits, scores, 20);
            }
        }
    }
    // The walk may drop a document on its first tier.
    EXPECT_GE(found / static_cast<double>(queries_.rows()), 0.99);
}

TEST_P(SearcherDeadRowsTest, ZeroScoresFillUpWithTheLivingOnlyAndOnlyWhenAsked) {
    RowBitmap most;
    most.addRange(0, shape_.rows);
    for (const uint32_t row : {5U, 77U, 3999U}) most.remove(row);
    const DeadRows dead(most);
    EXPECT_EQ(dead.count(), shape_.rows - 3);
    SearchParameters parameters = testing::exact(10);
    const SearchResult filled = search(queries_.row(0), parameters, dead);
    std::set<uint32_t> rows;
    for (const Hit& hit : filled.hits) rows.insert(hit.row);
    EXPECT_EQ(rows, (std::set<uint32_t>{5, 77, 3999}));
    parameters.fill_with_zeros = false;
    for (const Hit& hit : search(queries_.row(0), parameters, dead).hits) EXPECT_GT(hit.score, 0);
    const SparseVector nothing{{1999999}, {1.0F}};
    EXPECT_TRUE(search(nothing.view(), parameters, dead).hits.empty());
}

INSTANTIATE_TEST_SUITE_P(EveryStore, SearcherDeadRowsTest,
                         ::testing::Values(ForwardKind::kRecord, ForwardKind::kCompact,
                                           ForwardKind::kF32));

TEST(DeadRows, CopiesKeepWhatTheyWere) {
    SplitMix random(3);
    DeadRows rows;
    std::set<uint32_t> expected;
    std::vector<std::pair<DeadRows, size_t>> earlier;
    for (int step = 0; step < 200; ++step) {
        std::vector<uint32_t> added;
        for (uint64_t i = random.below(200); i > 0; --i)
            added.push_back(static_cast<uint32_t>(random.below(50'000)));
        if (step % 50 == 0) earlier.emplace_back(rows, expected.size());
        rows = rows.with(added);
        expected.insert(added.begin(), added.end());
        ASSERT_EQ(rows.count(), expected.size());
    }
    const RowBitmap all = rows.all();
    EXPECT_TRUE(std::equal(all.begin(), all.end(), expected.begin(), expected.end()));
    for (const auto& [copy, size] : earlier) {
        EXPECT_EQ(copy.count(), size);
        EXPECT_EQ(copy.all().cardinality(), size);
    }
}

}  // namespace
}  // namespace temblor
