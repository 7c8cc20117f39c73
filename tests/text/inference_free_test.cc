#include "data/text/inference_free.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/text/real_data.h"
#include "tests/text/temporary_file.h"

namespace temblor {
namespace {

constexpr std::string_view kVocabulary =
    "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nrun\n##ning\nfast\nslow\n";
constexpr std::string_view kIdf =
    R"({"[PAD]": 1.0, "[CLS]": 1.0, "[UNK]": 1.0, "run": 2.5, "##ning": 0.5, "fast": 3, "slow": 0})";

class InferenceFree : public ::testing::Test {
protected:
    [[nodiscard]] TextEncoderOptions options() const {
        TextEncoderOptions options;
        options.kind = "inference-free";
        options.wordpiece_vocabulary = vocabulary_.path();
        options.idf = idf_.path();
        return options;
    }
    [[nodiscard]] std::unique_ptr<DocumentEncoder> make() const {
        auto encoder = make_document_encoder(options());
        EXPECT_TRUE(encoder.is_ok()) << encoder.status().to_string();
        return std::move(encoder).value();
    }

    test::TemporaryFile vocabulary_{kVocabulary};
    test::TemporaryFile idf_{kIdf};
};

float weight_of(const EncodedCorpus& corpus, SparseVectorView vector, std::string_view token) {
    const auto component = corpus.vocabulary.find(token);
    EXPECT_TRUE(component.has_value()) << token;
    const auto at = std::find(vector.components.begin(), vector.components.end(), *component);
    if (at == vector.components.end()) return 0;
    return vector.values[static_cast<size_t>(at - vector.components.begin())];
}

TEST_F(InferenceFree, QueriesHaveTheIdfOfEachDistinctToken) {
    const auto documents = make();
    ASSERT_TRUE(documents->add("running").is_ok());
    const auto corpus = documents->finish();
    ASSERT_TRUE(corpus.is_ok()) << corpus.status().to_string();
    EXPECT_EQ(corpus->vocabulary.size(), 9U);
    const auto encoder = load_text_encoder(corpus->encoder, corpus->vocabulary);
    ASSERT_TRUE(encoder.is_ok()) << encoder.status().to_string();
    const auto query = (*encoder)->encode_query("Running running FAST slow zzz [CLS]");
    ASSERT_TRUE(query.is_ok());
    ASSERT_EQ(query->nnz(), 3U);
    EXPECT_EQ(weight_of(*corpus, query->view(), "run"), 2.5F);
    EXPECT_EQ(weight_of(*corpus, query->view(), "##ning"), 0.5F);
    EXPECT_EQ(weight_of(*corpus, query->view(), "fast"), 3.0F);
    EXPECT_TRUE(validate_sparse_vector(query->view(), ValueRule::kNonNegative, 9).is_ok());
}

TEST_F(InferenceFree, TextBecomesSaturatedCountsWithoutSpecialTokens) {
    const auto documents = make();
    ASSERT_TRUE(documents->add("fast fast run zzz").is_ok());
    ASSERT_TRUE(documents->add("slow").is_ok());
    ASSERT_TRUE(documents->add("").is_ok());
    const auto corpus = documents->finish();
    ASSERT_TRUE(corpus.is_ok()) << corpus.status().to_string();
    ASSERT_EQ(corpus->vectors.rows(), 3U);
    EXPECT_EQ(corpus->vectors.dim(), 9U);
    const SparseVectorView row = corpus->vectors.row(0);
    EXPECT_EQ(row.nnz(), 2U);
    const TextEncoderOptions defaults;
    const double mean = 4.0 / 3;
    const double dampening = defaults.k1 * (1 - defaults.b + defaults.b * 3 / mean);
    EXPECT_NEAR(weight_of(*corpus, row, "fast"), 2 * (defaults.k1 + 1) / (2 + dampening), 1e-6);
    EXPECT_NEAR(weight_of(*corpus, row, "run"), (defaults.k1 + 1) / (1 + dampening), 1e-6);
    EXPECT_EQ(corpus->vectors.row(2).nnz(), 0U);
}

TEST_F(InferenceFree, WithoutTextItStillGivesItsVocabulary) {
    const auto corpus = make()->finish();
    ASSERT_TRUE(corpus.is_ok()) << corpus.status().to_string();
    EXPECT_EQ(corpus->vectors.rows(), 0U);
    ASSERT_EQ(corpus->vocabulary.size(), 9U);
    EXPECT_EQ(corpus->vocabulary.token(6), "##ning");
    EXPECT_EQ(corpus->encoder.query_weights, (std::vector<float>{0, 0, 0, 0, 0, 2.5F, 0.5F, 3, 0}));
}

TEST_F(InferenceFree, FilesThatDoNotFitAreRefused) {
    const auto refused = [this](std::string_view idf, std::string_view part) {
        const test::TemporaryFile file(idf);
        TextEncoderOptions changed = options();
        changed.idf = file.path();
        const auto encoder = make_document_encoder(changed);
        ASSERT_FALSE(encoder.is_ok()) << idf;
        EXPECT_TRUE(encoder.status().message().starts_with(file.path()));
        EXPECT_NE(encoder.status().message().find(part), std::string::npos)
            << encoder.status().message();
    };
    refused("", "JSON object");
    refused("[1]", "JSON object");
    refused(R"({"other": 1})", "other");
    refused(R"({"run": -1})", "run");
    refused(R"({"run": "1"})", "run");
    refused(R"({"run": 1e300})", "run");
    TextEncoderOptions nameless = options();
    nameless.idf.clear();
    EXPECT_EQ(make_document_encoder(nameless).status().code(), StatusCode::kInvalidArgument);
    TextEncoderOptions absent = options();
    absent.wordpiece_vocabulary = "/nonexistent/vocab.txt";
    EXPECT_EQ(make_document_encoder(absent).status().code(), StatusCode::kNotFound);
}

TEST_F(InferenceFree, OpenSearchTableOnRealText) {
    const auto table = test::real_data_file("tokenizers/bert-base-uncased/idf.json");
    if (!table || !test::real_data_file("nfcorpus/corpus.jsonl.gz")) {
        GTEST_SKIP() << "no tokenizers or nfcorpus in " << test::real_data_folder()
                     << " (set TEMBLOR_DATA)";
    }
    TextEncoderOptions real = options();
    real.wordpiece_vocabulary = *test::real_data_file("tokenizers/bert-base-uncased/vocab.txt");
    real.idf = *table;
    auto documents = make_document_encoder(real);
    ASSERT_TRUE(documents.is_ok()) << documents.status().to_string();
    const test::BeirCollection collection = test::read_beir(test::real_data_folder() + "/nfcorpus");
    for (const std::string& text : collection.texts) ASSERT_TRUE((*documents)->add(text).is_ok());
    const auto corpus = (*documents)->finish();
    ASSERT_TRUE(corpus.is_ok()) << corpus.status().to_string();
    const double ndcg = test::mean_ndcg_at_10(collection, *corpus);
    RecordProperty("ndcg_at_10", std::to_string(ndcg));
    EXPECT_GE(ndcg, 0.31);
}

}  // namespace
}  // namespace temblor
