#include <algorithm>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "query/searcher.h"
#include "tests/data/test_files.h"
#include "tests/index/synthetic.h"
#include "tests/query/oracle.h"

namespace temblor {
namespace {

using testing::SyntheticShape;

/// Exact search returns what brute force over the stored values does.
void expect_brute_force(const SparseDataset& documents, const SparseDataset& queries,
                        double tolerance) {
    for (const ForwardKind kind : testing::kForwardKinds) {
        BuildParameters parameters;
        parameters.forward = kind;
        parameters.n_postings = 10;  // lists play no part
        const auto segment = testing::segment_of(documents, parameters);
        const SparseDataset stored = testing::stored_vectors(*segment);
        for (uint64_t q = 0; q < queries.rows(); ++q) {
            const auto scores = testing::all_scores(stored, queries.row(q));
            for (const uint32_t k : {1U, 10U, 100U, UINT32_MAX}) {
                SCOPED_TRACE(::testing::Message()
                             << forward_kind_name(kind) << ", query " << q << ", k " << k);
                const SearchResult found =
                    testing::search_once(segment, queries.row(q), testing::exact(k));
                EXPECT_TRUE(found.counters.exact);
                testing::expect_exact(found.hits, scores, k, tolerance);
                if (::testing::Test::HasFatalFailure()) return;
            }
        }
    }
}

TEST(SearcherExact, IsBruteForce) {
    for (const uint64_t seed : {1U, 2U}) {
        SyntheticShape shape;
        shape.seed = seed;
        const SparseDataset documents = testing::synthetic_documents(shape);
        const SparseDataset queries = testing::synthetic_queries(shape, 15, 12, seed);
        SCOPED_TRACE(::testing::Message() << "seed " << seed);
        expect_brute_force(documents, queries, 1e-6);
        expect_brute_force(testing::with_rough_values(documents, seed),
                           testing::with_rough_values(queries, seed), 1e-6);
    }
}

TEST(SearcherExact, IsBruteForceOverManyComponents) {
    SyntheticShape shape;
    shape.dim = 66'000;
    shape.max_nnz = 400;
    shape.every_component = true;
    shape.component_stride = 60'000;
    expect_brute_force(testing::synthetic_documents(shape),
                       testing::synthetic_queries(shape, 15, 12, 5), 1e-6);
}

TEST(SearcherExact, IsBruteForceWithUnevenValues) {
    // One huge value makes most others less than a step of the first pass.
    SyntheticShape shape;
    shape.seed = 3;
    shape.rows = 600;
    const SparseDataset documents = testing::synthetic_documents(shape);
    std::vector<float> values(documents.values().begin(), documents.values().end());
    values[5] = 2000;
    for (size_t i = 100; i < values.size(); i += 3) values[i] *= 0.01F;
    const SparseDataset uneven =
        SparseDataset::from_arrays({documents.offsets().begin(), documents.offsets().end()},
                                   {documents.components().begin(), documents.components().end()},
                                   values, documents.dim())
            .value();
    const SparseDataset queries = testing::synthetic_queries(shape, 15, 6, 3);
    std::vector<float> weights(queries.values().begin(), queries.values().end());
    for (size_t i = 0; i < weights.size(); i += 4) weights[i] *= 1e-6F;
    expect_brute_force(uneven, queries, 1e-6);
    expect_brute_force(
        uneven,
        SparseDataset::from_arrays({queries.offsets().begin(), queries.offsets().end()},
                                   {queries.components().begin(), queries.components().end()},
                                   weights, queries.dim())
            .value(),
        1e-6);
}

TEST(SearcherExact, ADocumentOfFaintValuesIsFound) {
    // Its entries round to nothing in the first pass and still score.
    std::vector<SparseVector> rows(400, SparseVector{{9}, {100}});
    rows[300] = {{1}, {0.01F}};
    rows[10] = {};
    for (const ForwardKind kind : {ForwardKind::kRecord, ForwardKind::kF32}) {
        const auto segment =
            testing::segment_of(testing::dataset_of(rows, 10), testing::unpruned(kind));
        const SparseVector query{{1}, {1}};
        for (const auto& parameters : {testing::exact(2), testing::exhaustive(2)}) {
            const auto found = testing::search_once(segment, query.view(), parameters);
            ASSERT_EQ(found.hits.size(), 2U);
            EXPECT_EQ(found.hits[0].row, 300U) << forward_kind_name(kind);
            EXPECT_NEAR(found.hits[0].score, 0.01F, 0.001F);
            EXPECT_EQ(found.hits[1], (Hit{0, 0}));
        }
    }
}

TEST(SearcherExact, EqualDocumentsComeByRow) {
    // Five documents, over and over, short and long.
    SyntheticShape shape;
    shape.rows = 5;
    shape.mean_nnz = 60;
    shape.topics = 1;
    shape.odd_rows = false;
    const SparseDataset five = testing::with_rough_values(testing::synthetic_documents(shape), 1);
    SparseDatasetBuilder builder;
    for (uint32_t r = 0; r < 1000; ++r) builder.add(five.row(r % 5));
    const SparseDataset documents = builder.finish(five.dim()).value();
    const SparseDataset queries =
        testing::with_rough_values(testing::synthetic_queries(shape, 10, 10, 1), 2);
    for (const ForwardKind kind : testing::kForwardKinds) {
        const auto segment = testing::segment_of(documents, testing::unpruned(kind));
        for (uint64_t q = 0; q < queries.rows(); ++q) {
            for (const auto& parameters : {testing::exact(20), testing::exhaustive(20)}) {
                const auto hits = testing::search_once(segment, queries.row(q), parameters).hits;
                ASSERT_EQ(hits.size(), 20U);
                if (hits[0].score == 0) continue;
                for (uint32_t i = 0; i < 20; ++i) {
                    ASSERT_EQ(hits[i].score, hits[0].score) << forward_kind_name(kind);
                    ASSERT_EQ(hits[i].row, hits[0].row % 5 + 5 * i) << forward_kind_name(kind);
                }
            }
        }
    }
}

TEST(SearcherExact, ScalesOfQueriesDoNotMatter) {
    SyntheticShape shape;
    const SparseDataset documents = testing::synthetic_documents(shape);
    const SparseDataset queries = testing::synthetic_queries(shape, 10, 8, 2);
    for (const ForwardKind kind : testing::kForwardKinds) {
        const auto segment = testing::segment_of(documents, testing::unpruned(kind));
        for (uint64_t q = 0; q < queries.rows(); ++q) {
            const SparseVectorView row = queries.row(q);
            for (SearchParameters parameters : {testing::exact(5), SearchParameters{}}) {
                parameters.k = 5;
                const auto expected = testing::search_once(segment, row, parameters);
                for (const int exponent : {-100, -30, 30, 90}) {
                    SparseVector scaled{{row.components.begin(), row.components.end()},
                                        {row.values.begin(), row.values.end()}};
                    for (float& v : scaled.values) v = std::ldexp(v, exponent);
                    const auto found = testing::search_once(segment, scaled.view(), parameters);
                    ASSERT_EQ(found.hits.size(), expected.hits.size());
                    for (size_t i = 0; i < found.hits.size(); ++i) {
                        ASSERT_EQ(found.hits[i].row, expected.hits[i].row)
                            << forward_kind_name(kind) << ", query " << q << " * 2^" << exponent
                            << (parameters.exact ? ", exact" : "");
                    }
                }
            }
        }
    }
}

TEST(SearcherExact, SmallAndEmptyCollections) {
    const SparseVector query{{1, 3}, {1, 1}};
    for (const ForwardKind kind : testing::kForwardKinds) {
        for (const auto& parameters :
             {testing::exact(3), testing::exhaustive(3), SearchParameters{}}) {
            const auto none = testing::segment_of(SparseDataset(), testing::unpruned(kind));
            EXPECT_TRUE(testing::search_once(none, query.view(), parameters).hits.empty());
            const auto one =
                testing::segment_of(testing::dataset_of({{{3}, {2}}}), testing::unpruned(kind));
            EXPECT_EQ(testing::search_once(one, query.view(), parameters).hits,
                      (std::vector<Hit>{{0, 2}}));
            EXPECT_EQ(testing::search_once(one, {}, parameters).hits, (std::vector<Hit>{{0, 0}}));
            const auto blank =
                testing::segment_of(testing::dataset_of({{{}, {}}}), testing::unpruned(kind));
            EXPECT_EQ(testing::search_once(blank, query.view(), parameters).hits,
                      (std::vector<Hit>{{0, 0}}));
        }
    }
}

TEST(SearcherExact, ZeroScoresFillTheAnswerByRow) {
    SyntheticShape shape;
    const SparseDataset documents = testing::synthetic_documents(shape);
    for (const ForwardKind kind : testing::kForwardKinds) {
        const auto segment = testing::segment_of(documents, testing::unpruned(kind));
        // Nothing, components that do not occur, values of zero.
        const SparseVector queries[] = {{}, {{1999, 5000, UINT32_MAX}, {0, 1, 1}}};
        for (const SparseVector& query : queries) {
            for (const auto& parameters : {testing::exact(5), testing::exhaustive(5)}) {
                const auto found = testing::search_once(segment, query.view(), parameters);
                EXPECT_EQ(found.hits, (std::vector<Hit>{{0, 0}, {1, 0}, {2, 0}, {3, 0}, {4, 0}}));
            }
        }
        // All rows, so the empty documents too, each once.
        const auto all = testing::search_once(
            segment, testing::synthetic_queries(shape, 1, 9, 1).row(0), testing::exact(5000));
        EXPECT_EQ(all.hits.size(), documents.rows());
        EXPECT_TRUE(std::any_of(all.hits.begin(), all.hits.end(),
                                [](const Hit& h) { return h.row == 13; }));
    }
}

TEST(SearcherExact, RefusesWrongQueriesAndParameters) {
    const auto segment = testing::segment_of(testing::dataset_of({{{1}, {1}}}, 4),
                                             testing::unpruned(ForwardKind::kRecord));
    const Searcher searcher(segment);
    SearchScratch scratch(*segment);
    SearchResult result;
    const auto search = [&](const SparseVector& query, const SearchParameters& parameters) {
        return searcher.search(query.view(), parameters, {}, scratch, result);
    };
    const SparseVector good{{1}, {1}};
    EXPECT_ERROR(search({{1}, {-1}}, {}), StatusCode::kInvalidArgument, "query", "negative");
    EXPECT_ERROR(search({{1}, {std::nanf("")}}, {}), StatusCode::kInvalidArgument, "query");
    EXPECT_ERROR(search({{2, 1}, {1, 1}}, {}), StatusCode::kInvalidArgument, "query");
    EXPECT_ERROR(search({{1, 1}, {1, 1}}, {}), StatusCode::kInvalidArgument, "query");
    SearchParameters parameters;
    parameters.k = 0;
    EXPECT_ERROR(search(good, parameters), StatusCode::kInvalidArgument, "k");
    parameters = {};
    parameters.query_cut = 0;
    EXPECT_ERROR(search(good, parameters), StatusCode::kInvalidArgument, "query_cut");
    for (const float factor : {-1.0F, std::nanf(""), std::numeric_limits<float>::infinity()}) {
        parameters = {};
        parameters.heap_factor = factor;
        EXPECT_ERROR(search(good, parameters), StatusCode::kInvalidArgument, "heap_factor");
    }
    EXPECT_TRUE(search(good, {}).is_ok());
    EXPECT_EQ(result.hits, (std::vector<Hit>{{0, 1}}));
}

}  // namespace
}  // namespace temblor
