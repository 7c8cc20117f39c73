#include "query/explain.h"

#include <gtest/gtest.h>

#include "tests/data/test_files.h"
#include "tests/index/synthetic.h"
#include "tests/query/oracle.h"

namespace temblor {
namespace {

TEST(Explain, SharesAddUpToTheScore) {
    testing::SyntheticShape shape;
    for (const uint32_t stride : {1U, 50'000U}) {
        shape.component_stride = stride;
        const SparseDataset documents = testing::synthetic_documents(shape);
        const SparseDataset queries = testing::synthetic_queries(shape, 20, 12, 6);
        for (const ForwardKind kind : testing::kForwardKinds) {
            const auto segment = testing::segment_of(documents, testing::unpruned(kind));
            for (uint64_t q = 0; q < queries.rows(); ++q) {
                for (const Hit& hit :
                     testing::search_once(segment, queries.row(q), testing::exact(10)).hits) {
                    const auto shares = explain(*segment, queries.row(q), hit.row);
                    ASSERT_TRUE(shares.is_ok());
                    double sum = 0;
                    for (size_t i = 0; i < shares->size(); ++i) {
                        const ScoreShare& s = (*shares)[i];
                        EXPECT_EQ(s.product, static_cast<double>(s.query_value) *
                                                 static_cast<double>(s.document_value));
                        EXPECT_TRUE(s.token.empty());
                        if (i > 0) {
                            const ScoreShare& before = (*shares)[i - 1];
                            EXPECT_TRUE(
                                before.product > s.product ||
                                (before.product == s.product && before.component < s.component));
                        }
                        sum += s.product;
                    }
                    EXPECT_NEAR(sum, static_cast<double>(hit.score),
                                1e-5 * static_cast<double>(hit.score));
                }
            }
        }
    }
}

TEST(Explain, NamesTokensAndMissingRows) {
    SegmentContents contents =
        testing::contents_of(testing::dataset_of({{{0, 1, 2}, {1, 2, 3}}, {{}, {}}}, 3));
    contents.vocabulary = Vocabulary::from_tokens({"a", "b", "c"}).value();
    const auto segment = testing::segment_of(contents, testing::unpruned(ForwardKind::kF32));
    const SparseVector query{{1, 2, 7}, {2, 1, 1}};
    const auto shares = explain(*segment, query.view(), 0);
    ASSERT_TRUE(shares.is_ok());
    ASSERT_EQ(shares->size(), 2U);
    EXPECT_EQ((*shares)[0].token, "b");
    EXPECT_EQ((*shares)[0].product, 4);
    EXPECT_EQ((*shares)[1].token, "c");
    EXPECT_EQ((*shares)[1].component, 2U);
    EXPECT_TRUE(explain(*segment, query.view(), 1).value().empty());
    EXPECT_ERROR(explain(*segment, query.view(), 2), StatusCode::kNotFound, "row 2");
}

}  // namespace
}  // namespace temblor
