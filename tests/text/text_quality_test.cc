#include <string>

#include <gtest/gtest.h>

#include "data/text/text_encoder.h"
#include "tests/text/real_data.h"

namespace temblor {
namespace {

struct Expectation {
    std::string collection;
    double ndcg;
};

class TextQuality : public ::testing::TestWithParam<Expectation> {};

EncodedCorpus encode(const test::BeirCollection& collection, const TextEncoderOptions& options) {
    auto encoder = make_document_encoder(options);
    EXPECT_TRUE(encoder.is_ok()) << encoder.status().to_string();
    for (const std::string& text : collection.texts) {
        const Status added = (*encoder)->add(text);
        EXPECT_TRUE(added.is_ok()) << added.to_string();
    }
    auto corpus = (*encoder)->finish();
    EXPECT_TRUE(corpus.is_ok()) << corpus.status().to_string();
    return std::move(corpus).value();
}

TEST_P(TextQuality, Bm25DefaultsReachTheFloor) {
    const std::string folder = test::real_data_folder() + "/" + GetParam().collection;
    if (!test::real_data_file(GetParam().collection + "/corpus.jsonl.gz")) {
        GTEST_SKIP() << "no collection in " << folder << " (set TEMBLOR_DATA)";
    }
    const test::BeirCollection collection = test::read_beir(folder);
    const EncodedCorpus corpus = encode(collection, {});
    EXPECT_TRUE(corpus.vectors.validate(ValueRule::kNonNegative).is_ok());
    const double ndcg = test::mean_ndcg_at_10(collection, corpus);
    RecordProperty("ndcg_at_10", std::to_string(ndcg));
    EXPECT_GE(ndcg, GetParam().ndcg);
}

INSTANTIATE_TEST_SUITE_P(Beir, TextQuality,
                         ::testing::Values(Expectation{"nfcorpus", 0.32},
                                           Expectation{"scifact", 0.67}),
                         [](const auto& instance) { return instance.param.collection; });

}  // namespace
}  // namespace temblor
