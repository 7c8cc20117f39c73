#include "query/exact_index.h"

#include <numeric>

#include <gtest/gtest.h>

#include "tests/data/test_files.h"
#include "tests/index/synthetic.h"
#include "tests/query/oracle.h"

namespace temblor {
namespace {

using testing::SyntheticShape;

void expect_oracle(const SparseDataset& documents, const SparseDataset& queries, double tolerance) {
    const auto index = ExactIndex::from_dataset(documents, no_progress());
    ASSERT_TRUE(index.is_ok());
    ASSERT_EQ(index->rows(), documents.rows());
    ExactIndex::Scratch scratch;
    std::vector<Hit> hits;
    for (uint64_t q = 0; q < queries.rows(); ++q) {
        const auto scores = testing::all_scores(documents, queries.row(q));
        for (const uint32_t k : {1U, 10U, 100U, 1'000'000U}) {
            SCOPED_TRACE(::testing::Message() << "query " << q << ", k " << k);
            index->search(queries.row(q), k, scratch, hits);
            testing::expect_exact(hits, scores, k, tolerance);
            if (::testing::Test::HasFatalFailure()) return;
        }
    }
}

SparseDataset with_negatives(const SparseDataset& queries) {
    std::vector<float> values(queries.values().begin(), queries.values().end());
    for (size_t i = 0; i < values.size(); i += 3) values[i] = -values[i];
    return SparseDataset::from_arrays({queries.offsets().begin(), queries.offsets().end()},
                                      {queries.components().begin(), queries.components().end()},
                                      values, queries.dim())
        .value();
}

TEST(ExactIndex, AgreesWithBruteForce) {
    for (const uint64_t seed : {1U, 2U}) {
        SCOPED_TRACE(::testing::Message() << "seed " << seed);
        SyntheticShape shape;
        shape.seed = seed;
        const SparseDataset documents = testing::synthetic_documents(shape);
        const SparseDataset queries = testing::synthetic_queries(shape, 30, 12, seed);
        expect_oracle(documents, queries, 0);  // sums are exact, so are ties
        expect_oracle(documents, with_negatives(queries), 0);
        expect_oracle(testing::with_rough_values(documents, seed), with_negatives(queries), 1e-5);
    }
}

TEST(ExactIndex, ManyWindows) {
    SyntheticShape shape;
    shape.rows = 140'000;
    shape.dim = 300;
    shape.mean_nnz = 3;
    shape.max_nnz = 5;
    const SparseDataset documents = testing::synthetic_documents(shape);
    const auto index = ExactIndex::from_dataset(documents, no_progress());
    ASSERT_TRUE(index.is_ok());
    const SparseDataset queries = with_negatives(testing::synthetic_queries(shape, 8, 5, 4));
    ExactIndex::Scratch scratch;
    std::vector<Hit> hits;
    for (uint64_t q = 0; q < queries.rows(); ++q) {
        const auto scores = testing::all_scores(documents, queries.row(q));
        index->search(queries.row(q), 1000, scratch, hits);
        testing::expect_exact(hits, scores, 1000, 0);
    }
}

TEST(ExactIndex, NothingInCommonScoresZero) {
    const SparseDataset documents =
        testing::dataset_of({{{}, {}}, {{1}, {2}}, {{}, {}}, {{1}, {1}}}, 10);
    const auto index = ExactIndex::from_dataset(documents, no_progress());
    ExactIndex::Scratch scratch;
    std::vector<Hit> hits;
    index->search({}, 3, scratch, hits);
    EXPECT_EQ(hits, (std::vector<Hit>{{0, 0}, {1, 0}, {2, 0}}));
    const SparseVector unknown{{5, 4'000'000'000}, {1, 1}};
    index->search(unknown.view(), 2, scratch, hits);
    EXPECT_EQ(hits, (std::vector<Hit>{{0, 0}, {1, 0}}));
    const SparseVector negative{{1}, {-1}};
    index->search(negative.view(), 9, scratch, hits);
    EXPECT_EQ(hits, (std::vector<Hit>{{0, 0}, {2, 0}, {3, -1}, {1, -2}}));
    index->search(negative.view(), 0, scratch, hits);
    EXPECT_TRUE(hits.empty());
    const auto empty = ExactIndex::from_dataset(SparseDataset(), no_progress());
    ASSERT_TRUE(empty.is_ok());
    empty->search(negative.view(), 9, scratch, hits);
    EXPECT_TRUE(hits.empty());
}

TEST(ExactIndex, FromASegmentHasItsStoredWeights) {
    SyntheticShape shape;
    shape.dim = 3000;
    shape.component_stride = 1'000'000;
    const SparseDataset documents =
        testing::with_rough_values(testing::synthetic_documents(shape), 6);
    const SparseDataset queries = testing::synthetic_queries(shape, 20, 10, 6);
    for (const ForwardKind kind : testing::kForwardKinds) {
        const auto segment = testing::segment_of(documents, testing::unpruned(kind));
        const auto index = ExactIndex::from_segment(*segment, no_progress());
        ASSERT_TRUE(index.is_ok());
        const SparseDataset stored = testing::stored_vectors(*segment);
        ExactIndex::Scratch scratch;
        std::vector<Hit> hits;
        for (uint64_t q = 0; q < queries.rows(); ++q) {
            index->search(queries.row(q), 50, scratch, hits);
            testing::expect_exact(hits, testing::all_scores(stored, queries.row(q)), 50, 1e-5);
        }
    }
}

TEST(ExactIndex, ABatchIsItsQueriesInOrder) {
    SyntheticShape shape;
    const SparseDataset documents = testing::synthetic_documents(shape);
    const SparseDataset queries = testing::synthetic_queries(shape, 150, 8, 3);
    const auto index = ExactIndex::from_dataset(documents, no_progress());
    ExactIndex::Scratch scratch;
    std::vector<Hit> hits;
    for (const uint32_t threads : {0U, 1U, 2U, 4U}) {
        const auto batch = index->search_batch(queries, 20, threads, no_progress());
        ASSERT_TRUE(batch.is_ok());
        ASSERT_EQ(batch->size(), queries.rows());
        for (uint64_t q = 0; q < queries.rows(); ++q) {
            index->search(queries.row(q), 20, scratch, hits);
            ASSERT_EQ((*batch)[q], hits) << "query " << q;
        }
    }
    testing::CancelAfter cancel(0);
    EXPECT_ERROR(index->search_batch(queries, 20, 2, cancel), StatusCode::kCancelled);
}

}  // namespace
}  // namespace temblor
