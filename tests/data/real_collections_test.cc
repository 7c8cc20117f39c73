#include <cstdlib>
#include <filesystem>

#include <gtest/gtest.h>

#include "data/formats/collection_reader.h"
#include "data/formats/relevance.h"

namespace temblor {
namespace {

/// Real collections where they are at hand; nothing of them is part of the project.
class RealCollections : public ::testing::Test {
protected:
    void SetUp() override {
        const char* folder = std::getenv("TEMBLOR_DATA");
        root_ = folder != nullptr && *folder != '\0'
                    ? std::filesystem::path(folder)
                    : std::filesystem::path(TEMBLOR_ROOT) / "../shared/data";
        if (!std::filesystem::exists(root_ / "nfcorpus")) {
            GTEST_SKIP() << "no nfcorpus in " << root_ << " (set TEMBLOR_DATA)";
        }
    }
    [[nodiscard]] std::string nfcorpus(const std::string& name) const {
        return (root_ / "nfcorpus" / name).string();
    }

private:
    std::filesystem::path root_;
};

TEST_F(RealCollections, SpladeVectorsOfNfcorpus) {
    CollectionReaderOptions options;
    options.ids_path = nfcorpus("splade-v3.docs.ids");
    const auto docs = read_collection(nfcorpus("splade-v3.docs.csr.gz"), options, no_progress());
    ASSERT_TRUE(docs.is_ok()) << docs.status().to_string();
    EXPECT_EQ(docs->vectors.rows(), 3633U);
    EXPECT_EQ(docs->vectors.dim(), 30522U);
    EXPECT_NEAR(static_cast<double>(docs->vectors.nnz()) / 3633, 274.8, 0.05);
    const auto queries =
        read_queries(nfcorpus("splade-v3.queries.csr.gz"), nfcorpus("splade-v3.queries.ids"), {},
                     {}, nullptr, no_progress());
    ASSERT_TRUE(queries.is_ok()) << queries.status().to_string();
    EXPECT_EQ(queries->vectors.rows(), 323U);

    auto qrels = read_qrels(nfcorpus("qrels/test.tsv"));
    ASSERT_TRUE(qrels.is_ok()) << qrels.status().to_string();
    EXPECT_EQ(qrels->grades.size(), 323U);
    for (uint64_t row = 0; row < queries->ids.count(); ++row) {
        EXPECT_EQ(qrels->grades.count(queries->ids.id_string(row)), 1U);
    }
}

TEST_F(RealCollections, TextOfNfcorpus) {
    CollectionReaderOptions options;
    options.encoder = TextEncoderOptions{};
    const auto docs = read_collection(nfcorpus("corpus.jsonl.gz"), options, no_progress());
    ASSERT_TRUE(docs.is_ok()) << docs.status().to_string();
    EXPECT_EQ(docs->vectors.rows(), 3633U);
    EXPECT_EQ(docs->payloads.count(), 3633U);
    EXPECT_TRUE(docs->payloads.validate().is_ok());
    EXPECT_EQ(docs->ids.id_string(0), "MED-10");
}

}  // namespace
}  // namespace temblor
