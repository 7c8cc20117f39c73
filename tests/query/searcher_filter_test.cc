#include <algorithm>
#include <map>

#include <gtest/gtest.h>

#include "query/searcher.h"
#include "tests/index/synthetic.h"
#include "tests/query/oracle.h"

namespace temblor {
namespace {

using testing::SyntheticShape;

constexpr uint32_t kRows = 8000;

const SyntheticShape& shape() {
    static const SyntheticShape s = [] {
        SyntheticShape made;
        made.rows = kRows;
        made.dim = 4000;
        made.topics = 150;
        return made;
    }();
    return s;
}

RowBitmap bitmap_of(const std::vector<uint32_t>& rows) {
    RowBitmap bitmap;
    for (const uint32_t row : rows) bitmap.add(row);
    return bitmap;
}

std::vector<uint32_t> sample(uint64_t seed, double share) {
    SplitMix random(seed);
    std::vector<uint32_t> rows;
    for (uint32_t r = 0; r < kRows; ++r) {
        if (random.uniform() < share) rows.push_back(r);
    }
    return rows;
}

/// The scores of the allowed rows; the others can not be the answer.
std::vector<double> masked(std::vector<double> scores, const std::vector<uint32_t>& allowed) {
    std::vector<double> out(scores.size(), -1);
    for (const uint32_t row : allowed) out[row] = scores[row];
    return out;
}

/// A segment of each kind and what brute force says of its queries, made once.
struct Example {
    std::shared_ptr<const Segment> segment;
    SparseDataset stored;
    SparseDataset queries;
    std::vector<std::vector<double>> scores;
};

const Example& example(ForwardKind kind) {
    static std::map<ForwardKind, Example> examples;
    if (const auto found = examples.find(kind); found != examples.end()) return found->second;
    BuildParameters parameters;
    parameters.forward = kind;
    parameters.n_postings = 100;
    Example made;
    made.segment = testing::segment_of(testing::synthetic_documents(shape()), parameters);
    made.stored = testing::stored_vectors(*made.segment);
    made.queries = testing::synthetic_queries(shape(), 10, 12, 9);
    for (uint64_t q = 0; q < made.queries.rows(); ++q)
        made.scores.push_back(testing::all_scores(made.stored, made.queries.row(q)));
    return examples[kind] = std::move(made);
}

class Filter : public ::testing::TestWithParam<ForwardKind> {
protected:
    const Example& example_ = example(GetParam());
    const std::shared_ptr<const Segment>& segment_ = example_.segment;
    const SparseDataset& queries_ = example_.queries;
};

TEST_P(Filter, ReturnsOnlyWhatIsAllowedAndAllThatMatches) {
    for (const double share : {0.0, 0.001, 0.05, 0.15, 0.5, 1.0}) {
        const std::vector<uint32_t> rows = sample(31, share);
        const auto allowed = AllowedRows::from_bitmap(*segment_, bitmap_of(rows));
        ASSERT_EQ(allowed.count(), rows.size());
        ASSERT_EQ(allowed.rows(), rows);
        for (uint64_t q = 0; q < queries_.rows(); ++q) {
            const auto scores = masked(example_.scores[q], rows);
            for (const uint32_t k : {1U, 10U, 300U, 20'000U}) {
                SCOPED_TRACE(::testing::Message()
                             << "share " << share << ", query " << q << ", k " << k);
                const uint64_t wanted = std::min<uint64_t>(k, rows.size());
                SearchParameters parameters;
                parameters.k = k;
                const auto found =
                    testing::search_once(segment_, queries_.row(q), parameters, &allowed);
                // Never fewer than there are, and none that is not allowed.
                ASSERT_EQ(found.hits.size(), wanted);
                for (const Hit& h : found.hits)
                    ASSERT_TRUE(std::binary_search(rows.begin(), rows.end(), h.row));
                testing::expect_in_order(found.hits, scores);
                // Matching documents come before the fill.
                const auto matches = static_cast<size_t>(
                    std::count_if(scores.begin(), scores.end(), [](double s) { return s > 0; }));
                const auto positive =
                    static_cast<size_t>(std::count_if(found.hits.begin(), found.hits.end(),
                                                      [](const Hit& h) { return h.score > 0; }));
                ASSERT_EQ(positive, std::min<size_t>(k, matches));
                // Where few are allowed the answer is exact; where it is asked for, always.
                if (rows.size() <= 1000) testing::expect_exact(found.hits, scores, wanted, 1e-6);
                const auto exact =
                    testing::search_once(segment_, queries_.row(q), testing::exact(k), &allowed);
                testing::expect_exact(exact.hits, scores, wanted, 1e-6);
                if (HasFatalFailure()) return;
            }
        }
    }
}

TEST_P(Filter, AFilterInsideTheWalkStaysAccurate) {
    const std::vector<uint32_t> rows = sample(32, 0.3);
    const auto allowed = AllowedRows::from_bitmap(*segment_, bitmap_of(rows));
    double sum = 0;
    for (uint64_t q = 0; q < queries_.rows(); ++q) {
        const auto found =
            testing::search_once(segment_, queries_.row(q), SearchParameters{}, &allowed);
        EXPECT_FALSE(found.counters.exact);
        EXPECT_LT(found.counters.documents_scored, rows.size());
        sum += testing::accuracy(found.hits, masked(example_.scores[q], rows), 10);
    }
    EXPECT_GE(sum / static_cast<double>(queries_.rows()), 0.85);
}

TEST_P(Filter, RowsPastTheEndAreIgnored) {
    const auto allowed =
        AllowedRows::from_bitmap(*segment_, bitmap_of({5, kRows - 1, kRows, UINT32_MAX}));
    EXPECT_EQ(allowed.rows(), (std::vector<uint32_t>{5, kRows - 1}));
    const auto found =
        testing::search_once(segment_, queries_.row(0), SearchParameters{}, &allowed);
    EXPECT_EQ(found.hits.size(), 2U);
}

TEST_P(Filter, EmptyDocumentsCanBeAllowed) {
    std::vector<uint32_t> rows;
    for (uint32_t r = 0; r < kRows; ++r) {
        if (example_.stored.row(r).nnz() == 0) rows.push_back(r);
    }
    ASSERT_GT(rows.size(), 20U);
    const auto allowed = AllowedRows::from_bitmap(*segment_, bitmap_of(rows));
    const auto found =
        testing::search_once(segment_, queries_.row(0), SearchParameters{}, &allowed);
    ASSERT_EQ(found.hits.size(), 10U);
    for (size_t i = 0; i < 10; ++i) EXPECT_EQ(found.hits[i], (Hit{rows[i], 0}));
}

INSTANTIATE_TEST_SUITE_P(Searcher, Filter, ::testing::ValuesIn(testing::kForwardKinds),
                         [](const auto& kind) {
                             return std::string(forward_kind_name(kind.param));
                         });

}  // namespace
}  // namespace temblor
