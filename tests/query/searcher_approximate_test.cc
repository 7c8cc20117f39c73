#include <algorithm>

#include <gtest/gtest.h>

#include "query/kernels.h"
#include "query/searcher.h"
#include "tests/index/synthetic.h"
#include "tests/query/oracle.h"
#include "tests/sanitized.h"

namespace temblor {
namespace {

using testing::SyntheticShape;

TEST(SearcherApproximate, IsExactWhereNothingIsLeftOut) {
    // Forty entries a document fill the first tier of a record and no more: nothing is dropped by
    // its first tier alone.
    for (const uint64_t seed : {1U, 2U}) {
        SyntheticShape shape;
        shape.seed = seed;
        shape.rows = 1500;
        shape.max_nnz = 40;
        const SparseDataset documents = testing::synthetic_documents(shape);
        const SparseDataset queries = testing::synthetic_queries(shape, 20, 10, seed);
        for (const ForwardKind kind : testing::kForwardKinds) {
            const auto segment = testing::segment_of(documents, testing::unpruned(kind));
            const SparseDataset stored = testing::stored_vectors(*segment);
            for (uint64_t q = 0; q < queries.rows(); ++q) {
                const auto scores = testing::all_scores(stored, queries.row(q));
                for (const uint32_t k : {1U, 10U, 200U, 5000U}) {
                    SCOPED_TRACE(::testing::Message()
                                 << "seed " << seed << ", " << forward_kind_name(kind) << ", query "
                                 << q << ", k " << k);
                    const SearchResult found =
                        testing::search_once(segment, queries.row(q), testing::exhaustive(k));
                    EXPECT_FALSE(found.counters.exact);
                    testing::expect_exact(found.hits, scores, k, 1e-6);
                    if (HasFatalFailure()) return;
                }
            }
        }
    }
}

TEST(SearcherApproximate, LongDocumentsAreHardlyEverDropped) {
    SyntheticShape shape;
    shape.rows = testing::all_or_some(800, 390);
    shape.mean_nnz = 70;
    for (const uint32_t dim : {3000U, 66'000U}) {
        shape.dim = dim;
        shape.every_component = dim > 65'536;
        const SparseDataset documents = testing::synthetic_documents(shape);
        const SparseDataset queries = testing::synthetic_queries(shape, 100, 15, 2);
        const auto segment =
            testing::segment_of(documents, testing::unpruned(ForwardKind::kRecord));
        EXPECT_EQ(segment->lists().wide(), dim > 65'536);
        const SparseDataset stored = testing::stored_vectors(*segment);
        double sum = 0;
        for (uint64_t q = 0; q < queries.rows(); ++q) {
            const auto scores = testing::all_scores(stored, queries.row(q));
            const auto found =
                testing::search_once(segment, queries.row(q), testing::exhaustive(10));
            testing::expect_in_order(found.hits, scores);
            sum += testing::accuracy(found.hits, scores, 10);
        }
        EXPECT_GE(sum / 100, 0.995) << "dim " << dim;
    }
}

TEST(SearcherApproximate, ShortAnswersAreWhole) {
    // Fewer documents match than are wanted: every one of them is found, however summaries and
    // lists were cut.
    SyntheticShape shape;
    shape.rows = 2000;
    shape.dim = 3000;
    const SparseDataset documents = testing::synthetic_documents(shape);
    const SparseDataset queries = testing::synthetic_queries(shape, 40, 2, 7);
    for (const ForwardKind kind : testing::kForwardKinds) {
        for (const uint32_t n_postings : {3U, 1'000'000U}) {
            BuildParameters parameters;
            parameters.forward = kind;
            parameters.n_postings = n_postings;
            parameters.summary_energy = 0.2;
            const auto segment = testing::segment_of(documents, parameters);
            const SparseDataset stored = testing::stored_vectors(*segment);
            for (uint64_t q = 0; q < queries.rows(); ++q) {
                const auto scores = testing::all_scores(stored, queries.row(q));
                const auto matches = static_cast<uint32_t>(
                    std::count_if(scores.begin(), scores.end(), [](double s) { return s > 0; }));
                SearchParameters search;
                search.k = matches + 5;
                search.query_cut = 1;
                SCOPED_TRACE(::testing::Message() << forward_kind_name(kind) << ", n_postings "
                                                  << n_postings << ", query " << q);
                testing::expect_exact(testing::search_once(segment, queries.row(q), search).hits,
                                      scores, search.k, 1e-6);
                if (HasFatalFailure()) return;
            }
        }
    }
}

/// What a setting finds and what it costs, over a collection of 20,000 documents.
struct Measured {
    double accuracy = 0;
    double documents_scored = 0;
    double blocks = 0;
};

class TwentyThousand : public ::testing::Test {
protected:
    static void SetUpTestSuite() {
        shape_.rows = 20'000;
        shape_.dim = 8000;
        shape_.topics = 300;
        shape_.mean_nnz = 60;
        documents_ = testing::synthetic_documents(shape_);
        queries_ = testing::synthetic_queries(shape_, 200, 20, 5);
    }
    static void TearDownTestSuite() {
        documents_ = {};
        queries_ = {};
    }
    static std::shared_ptr<const Segment> build(ForwardKind kind) {
        auto parameters = BuildParameters::for_collection(documents_.rows(), documents_.nnz(),
                                                          VectorSource::kLearned);
        parameters.forward = kind;
        return testing::segment_of(documents_, parameters);
    }
    static Measured measure(const std::shared_ptr<const Segment>& segment,
                            const SearchParameters& parameters) {
        Measured m;
        const Searcher searcher(segment);
        const auto exact =
            searcher.search_batch(queries_, testing::exact(parameters.k), {}, 2).value();
        const auto found = searcher.search_batch(queries_, parameters, {}, 2).value();
        const auto n = static_cast<double>(queries_.rows());
        for (uint64_t q = 0; q < queries_.rows(); ++q) {
            double hits = 0;
            for (const Hit& h : found[q].hits) {
                hits +=
                    std::find(exact[q].hits.begin(), exact[q].hits.end(), h) != exact[q].hits.end()
                        ? 1
                        : 0;
            }
            m.accuracy += hits / static_cast<double>(exact[q].hits.size()) / n;
            m.documents_scored += static_cast<double>(found[q].counters.documents_scored) / n;
            m.blocks += static_cast<double>(found[q].counters.blocks_visited) / n;
        }
        RecordProperty("accuracy", std::to_string(m.accuracy));
        RecordProperty("documents_scored", std::to_string(m.documents_scored));
        return m;
    }

    static SyntheticShape shape_;
    static SparseDataset documents_;
    static SparseDataset queries_;
};
SyntheticShape TwentyThousand::shape_;
SparseDataset TwentyThousand::documents_;
SparseDataset TwentyThousand::queries_;

TEST_F(TwentyThousand, DefaultsAreAccurateAndCheap) {
    for (const ForwardKind kind : testing::kForwardKinds) {
        const Measured m = measure(build(kind), SearchParameters{});
        std::printf("%s: accuracy %.4f, documents scored %.1f, blocks %.1f\n",
                    std::string(forward_kind_name(kind)).c_str(), m.accuracy, m.documents_scored,
                    m.blocks);
        EXPECT_GE(m.accuracy, 0.98) << forward_kind_name(kind);
        EXPECT_LE(m.documents_scored, 300) << forward_kind_name(kind);
    }
}

TEST_F(TwentyThousand, EachParameterTradesAccuracyForWork) {
    const auto segment = build(ForwardKind::kRecord);
    const auto with = [&](uint32_t cut, float factor, uint32_t patience) {
        SearchParameters parameters;
        parameters.query_cut = cut;
        parameters.heap_factor = factor;
        parameters.patience = patience;
        return measure(segment, parameters);
    };
    const Measured all = with(20, 0.5F, 0);
    for (const Measured& less : {with(2, 0.5F, 0), with(20, 1.2F, 0), with(20, 0.5F, 50)}) {
        EXPECT_LT(less.documents_scored, all.documents_scored);
        EXPECT_LT(less.accuracy, all.accuracy);
    }
}

TEST_F(TwentyThousand, CountersAddUp) {
    const auto segment = build(ForwardKind::kRecord);
    for (uint64_t q = 0; q < 20; ++q) {
        SearchParameters parameters;
        parameters.query_cut = 4;
        const SearchCounters c =
            testing::search_once(segment, queries_.row(q), parameters).counters;
        EXPECT_FALSE(c.exact);
        EXPECT_LE(c.lists, 4U);
        EXPECT_GT(c.blocks_visited, 0U);
        EXPECT_EQ(c.blocks_visited + c.blocks_skipped, c.blocks);
        EXPECT_GE(c.documents_scored, 10U);
        EXPECT_GE(c.bytes_touched, c.documents_scored * ForwardShape::kFirstTierBytes);
        EXPECT_GT(c.summary_entries, 0U);
    }
}

}  // namespace
}  // namespace temblor
