#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "query/kernels.h"
#include "query/searcher.h"
#include "tests/data/test_files.h"
#include "tests/index/synthetic.h"
#include "tests/query/oracle.h"
#include "tests/sanitized.h"

namespace temblor {
namespace {

TEST(SearcherBatch, IsItsQueriesInOrder) {
    testing::SyntheticShape shape;
    shape.rows = testing::all_or_some(3000, 1000);
    const SparseDataset documents = testing::synthetic_documents(shape);
    const SparseDataset queries = testing::synthetic_queries(shape, 120, 10, 4);
    for (const ForwardKind kind : testing::kForwardKinds) {
        BuildParameters build;
        build.forward = kind;
        const auto segment = testing::segment_of(documents, build);
        const Searcher searcher(segment);
        for (const SearchParameters& parameters : {SearchParameters{}, testing::exact(20)}) {
            // One scratch for all, in falling order: nothing of a search is left for the next.
            SearchScratch scratch(*segment);
            std::vector<SearchResult> single(queries.rows());
            for (uint64_t q = queries.rows(); q-- > 0;) {
                ASSERT_TRUE(
                    searcher.search(queries.row(q), parameters, {}, scratch, single[q]).is_ok());
            }
            for (const uint32_t threads : {0U, 1U, 2U, 3U, 4U}) {
                const auto batch = searcher.search_batch(queries, parameters, {}, threads);
                ASSERT_TRUE(batch.is_ok());
                ASSERT_EQ(batch->size(), queries.rows());
                for (uint64_t q = 0; q < queries.rows(); ++q) {
                    ASSERT_EQ((*batch)[q].hits, single[q].hits) << "query " << q;
                    ASSERT_EQ((*batch)[q].counters.documents_scored,
                              single[q].counters.documents_scored);
                }
            }
        }
    }
}

TEST(SearcherBatch, AWrongQueryIsNamed) {
    const auto segment = testing::segment_of(testing::dataset_of({{{1}, {1}}}), BuildParameters{});
    const SparseDataset queries =
        testing::dataset_of({{{1}, {1}}, {{1}, {1}}, {{1}, {-1}}, {{1}, {1}}});
    EXPECT_ERROR(Searcher(segment).search_batch(queries, {}, {}, 2), StatusCode::kInvalidArgument,
                 "query 2", "negative");
    EXPECT_TRUE(Searcher(segment).search_batch(SparseDataset(), {}, {}, 2).value().empty());
}

/// The rows found for every query, as text; the set of kernels is the process's.
std::string answers() {
    testing::SyntheticShape shape;
    shape.rows = testing::all_or_some(600, 190);
    shape.mean_nnz = 60;
    std::string all;
    for (const uint32_t stride : {1U, 1000U}) {
        shape.component_stride = stride;
        shape.dim = stride == 1 ? 3000 : 66'000;
        shape.every_component = stride > 1;
        const SparseDataset documents = testing::synthetic_documents(shape);
        const SparseDataset queries = testing::synthetic_queries(shape, 25, 12, 8);
        for (const ForwardKind kind : testing::kForwardKinds) {
            BuildParameters build;
            build.forward = kind;
            const Searcher searcher(testing::segment_of(documents, build));
            for (const SearchParameters& parameters : {SearchParameters{}, testing::exact(10)}) {
                const auto results = searcher.search_batch(queries, parameters, {}, 1).value();
                for (const SearchResult& r : results) {
                    for (const Hit& h : r.hits)
                        all += std::to_string(h.row) + ":" + std::to_string(h.score) + " ";
                    all += std::to_string(r.counters.documents_scored) + "\n";
                }
            }
        }
    }
    return all;
}

TEST(SearcherBatch, EveryKernelSetFindsTheSame) {
    // The set is chosen once for a process, so each one runs in a process of its own: this test
    // again, which writes its answers where the variable says.
    constexpr const char* kOutput = "TEMBLOR_TEST_ANSWERS";
    if (const char* output = std::getenv(kOutput); output != nullptr) {
        EXPECT_EQ(kernels().name, std::getenv("TEMBLOR_KERNELS"));
        std::FILE* file = std::fopen(output, "w");
        ASSERT_NE(file, nullptr);
        const std::string text = answers();
        EXPECT_EQ(std::fwrite(text.data(), 1, text.size(), file), text.size());
        EXPECT_EQ(std::fclose(file), 0);
        return;
    }
    const std::string expected = answers();
    ASSERT_GT(expected.size(), 1000U);
    std::string folder = (std::filesystem::temp_directory_path() / "temblor-XXXXXX").string();
    ASSERT_NE(::mkdtemp(folder.data()), nullptr);
    const std::string program = std::filesystem::read_symlink("/proc/self/exe").string();
    for (const Kernels* set : supported_kernels()) {
        const std::string output = folder + "/" + std::string(set->name);
        const std::string command =
            "GTEST_TOTAL_SHARDS=1 GTEST_SHARD_INDEX=0 TEMBLOR_KERNELS=" + std::string(set->name) +
            " " + kOutput + "='" + output + "' '" + program +
            "' --gtest_filter=SearcherBatch.EveryKernelSetFindsTheSame >/dev/null";
        EXPECT_EQ(std::system(command.c_str()), 0) << command;  // NOLINT(cert-env33-c)
        EXPECT_TRUE(testing::slurp(output) == expected) << set->name;
    }
    std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace temblor
