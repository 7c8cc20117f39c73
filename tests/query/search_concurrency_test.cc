#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "query/searcher.h"
#include "tests/index/synthetic.h"
#include "tests/query/oracle.h"

namespace temblor {
namespace {

TEST(SearchConcurrency, ManyThreadsSearchOneSegment) {
    testing::SyntheticShape shape;
    shape.rows = 1500;
    const SparseDataset documents = testing::synthetic_documents(shape);
    const SparseDataset queries = testing::synthetic_queries(shape, 40, 10, 3);
    RowBitmap rows;
    for (uint32_t r = 0; r < shape.rows; r += 2) rows.add(r);
    for (const ForwardKind kind : testing::kForwardKinds) {
        BuildParameters build;
        build.forward = kind;
        build.threads = 1;
        const auto segment = testing::segment_of(documents, build);
        const auto allowed = AllowedRows::from_bitmap(*segment, rows);
        const Searcher searcher(segment);
        const SearchParameters settings[] = {SearchParameters{}, testing::exact(10)};
        const auto search_all = [&](std::vector<SearchResult>& results) {
            SearchScratch scratch(*segment);
            results.resize(queries.rows() * 4);
            size_t next = 0;
            for (uint64_t q = 0; q < queries.rows(); ++q) {
                for (const SearchParameters& parameters : settings) {
                    for (const AllowedRows* filter :
                         {static_cast<const AllowedRows*>(nullptr), &allowed}) {
                        const Status status = searcher.search(queries.row(q), parameters, {filter},
                                                              scratch, results[next++]);
                        TEMBLOR_CHECK(status.is_ok());
                    }
                }
            }
        };
        std::vector<SearchResult> alone;
        search_all(alone);
        constexpr size_t kThreads = 8;
        std::vector<std::vector<SearchResult>> together(kThreads);
        std::vector<std::thread> threads;
        for (size_t t = 0; t < kThreads; ++t)
            threads.emplace_back([&, t] { search_all(together[t]); });
        // Who holds the segment only through the searcher may read all else of it meanwhile.
        EXPECT_TRUE(segment->verify(no_progress()).is_ok());
        for (std::thread& thread : threads) thread.join();
        for (const auto& results : together) {
            ASSERT_EQ(results.size(), alone.size());
            for (size_t i = 0; i < alone.size(); ++i)
                ASSERT_EQ(results[i].hits, alone[i].hits) << forward_kind_name(kind) << ", " << i;
        }
    }
}

TEST(SearchConcurrency, ASegmentOutlivesItsOwnersInAnyOrder) {
    testing::SyntheticShape shape;
    shape.rows = 400;
    auto segment = testing::segment_of(testing::synthetic_documents(shape), BuildParameters{});
    const SparseDataset queries = testing::synthetic_queries(shape, 20, 8, 3);
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([searcher = Searcher(segment), &queries] {
            SearchScratch scratch(searcher.segment());
            SearchResult result;
            for (uint64_t q = 0; q < queries.rows(); ++q) {
                TEMBLOR_CHECK(searcher.search(queries.row(q), {}, {}, scratch, result).is_ok());
                TEMBLOR_CHECK(result.hits.size() == 10);
            }
        });
    }
    segment.reset();
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(segment, nullptr);
}

}  // namespace
}  // namespace temblor
