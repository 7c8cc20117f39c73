#include <algorithm>

#include <gtest/gtest.h>

#include "compress/model/sentence_encoder.h"
#include "compress/model/splade_encoder.h"
#include "tests/compress/model_files.h"
#include "tests/compress/model_fixture.h"
#include "tests/compress/test_devices.h"

namespace temblor {
namespace {

using testing::expect_close;
using testing::GoldenTexts;
using testing::real_data;

class EncoderRealTest : public ::testing::TestWithParam<std::string> {
protected:
    void SetUp() override {
        if (!real_data("models").has_value()) GTEST_SKIP() << "no real models (TEMBLOR_DATA)";
        options_.device = testing::device_under_test(GetParam());
        options_.threads = 1;
    }
    static std::vector<std::string_view> views(const std::vector<std::string>& texts) {
        return {texts.begin(), texts.end()};
    }
    /// What a wrong device would show, few texts of unequal lengths show; each operation of the
    /// fake device copies its weights.
    static size_t texts() { return GetParam() == "fake" ? 3 : SIZE_MAX; }
    ModelOptions options_;
};

/// Golden values are rounded to six places, and entries that round to nothing may be missing.
void expect_golden(const std::vector<SparseVector>& vectors, const GoldenTexts& golden) {
    ASSERT_EQ(vectors.size(), golden.values.size());
    for (size_t i = 0; i < vectors.size(); ++i) {
        SCOPED_TRACE(golden.texts[i]);
        std::vector<float> found(30522, 0);
        std::vector<float> expected(30522, 0);
        for (size_t j = 0; j < vectors[i].nnz(); ++j) {
            found[vectors[i].components[j]] = vectors[i].values[j];
        }
        for (size_t j = 0; j < golden.values[i].size(); ++j) {
            expected[golden.indices[i][j]] = golden.values[i][j];
        }
        expect_close(found, expected, 1e-4F);
    }
}

TEST_P(EncoderRealTest, SpladeEqualsItsGoldenVectors) {
    const std::string folder = *real_data("models") + "/splade-tiny";
    const GoldenTexts golden = GoldenTexts::read(folder, texts());
    const auto encoder = SpladeEncoder::open(folder, options_);
    ASSERT_TRUE(encoder.is_ok()) << encoder.status().to_string();
    const auto from_ids = encoder.value()->encode_tokens(golden.tokens, {});
    ASSERT_TRUE(from_ids.is_ok()) << from_ids.status().to_string();
    expect_golden(from_ids.value(), golden);
    const auto from_text = encoder.value()->encode(views(golden.texts), {.longest = 256});
    ASSERT_TRUE(from_text.is_ok()) << from_text.status().to_string();
    expect_golden(from_text.value(), golden);
}

TEST_P(EncoderRealTest, SentencesEqualTheirGoldenVectors) {
    const std::string folder = *real_data("models") + "/minilm-l6";
    const GoldenTexts golden = GoldenTexts::read(folder, texts());
    const auto encoder = SentenceEncoder::open(folder, options_);
    ASSERT_TRUE(encoder.is_ok()) << encoder.status().to_string();
    std::vector<float> expected;
    for (const auto& row : golden.values) expected.insert(expected.end(), row.begin(), row.end());
    const auto from_ids = encoder.value()->encode_tokens(golden.tokens, {});
    ASSERT_TRUE(from_ids.is_ok()) << from_ids.status().to_string();
    expect_close(from_ids.value(), expected, 1e-4F);
    const auto from_text = encoder.value()->encode(views(golden.texts), {});
    ASSERT_TRUE(from_text.is_ok()) << from_text.status().to_string();
    expect_close(from_text.value(), expected, 1e-4F);
}

INSTANTIATE_TEST_SUITE_P(Devices, EncoderRealTest,
                         ::testing::ValuesIn(testing::devices_under_test()),
                         [](const auto& each) { return each.param; });

}  // namespace
}  // namespace temblor
