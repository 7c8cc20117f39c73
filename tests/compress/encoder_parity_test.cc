#include <algorithm>
#include <cmath>

#include <ATen/core/Tensor.h>
#include <c10/core/InferenceMode.h>
#include <fmt/format.h>

#include "compress/model/sentence_encoder.h"
#include "compress/model/splade_encoder.h"
#include "compress/model/text_classifier.h"
#include "compress/model/token_classifier.h"
#include "compress/model/torch/device.h"
#include "compress/model/torch/loaded_encoder.h"
#include "compress/model/torch/masked_lm_head.h"
#include "tests/compress/model_files.h"
#include "tests/compress/model_fixture.h"
#include "tests/compress/test_devices.h"

namespace temblor {
namespace {

using testing::expect_close;
using testing::ModelFixture;

/// Every test runs on the CPU and on the test's own device.
class EncoderParityTest : public ::testing::TestWithParam<std::string> {
protected:
    void SetUp() override {
        options_.device = testing::device_under_test(GetParam());
        options_.threads = 1;
    }
    ModelOptions options_;
};

/// What the torso or the masked-LM head gives for each text, flattened, in the texts' order.
Result<std::vector<std::vector<float>>> token_rows(const ModelFixture& fixture, ModelHead head,
                                                   const ModelOptions& options) {
    MaskedLmHead lm;
    auto encoder = LoadedEncoder::open(
        fixture.folder, head, options,
        [&](WeightLoader& loader, const EncoderTorso& torso, const std::string&) {
            if (head == ModelHead::kMaskedLm) {
                lm = MaskedLmHead::load(loader, torso.config(), torso.word_embeddings());
            }
        });
    if (!encoder.is_ok()) return encoder.status();
    std::vector<std::vector<float>> results(fixture.texts.size());
    TEMBLOR_RETURN_IF_ERROR(encoder.value()->run(
        fixture.texts,
        [&](const RaggedBatch& batch, std::span<const size_t> order, const at::Tensor& hidden) {
            const at::Tensor rows =
                to_floats(head == ModelHead::kMaskedLm ? lm.logits(hidden) : hidden);
            for (size_t i = 0; i < order.size(); ++i) {
                const auto* begin = rows.data_ptr<float>() + batch.begins[i] * rows.size(1);
                results[order[i]].assign(begin, begin + batch.lengths[i] * rows.size(1));
            }
        }));
    return results;
}

void expect_token_rows(const std::string& name, ModelHead head, const ModelOptions& options) {
    SCOPED_TRACE(name);
    const ModelFixture fixture = ModelFixture::read(name);
    const auto rows = token_rows(fixture, head, options);
    ASSERT_TRUE(rows.is_ok()) << rows.status().to_string();
    for (size_t i = 0; i < fixture.texts.size(); ++i) {
        SCOPED_TRACE(i);
        expect_close(rows.value()[i], fixture.outputs[i], 1e-4F);
    }
}

TEST_P(EncoderParityTest, HiddenStatesOfShardsWithOldNames) {
    expect_token_rows("bert-none", ModelHead::kNone, options_);
}

TEST_P(EncoderParityTest, MaskedLmScores) {
    for (const char* name : {"bert-mlm", "roberta-mlm", "distilbert-mlm"}) {
        expect_token_rows(name, ModelHead::kMaskedLm, options_);
    }
}

TEST_P(EncoderParityTest, SpladeIsTheMaximumOverTokens) {
    for (const char* name : {"bert-mlm", "roberta-mlm", "distilbert-mlm"}) {
        SCOPED_TRACE(name);
        const ModelFixture fixture = ModelFixture::read(name);
        const auto encoder = SpladeEncoder::open(fixture.folder, options_);
        ASSERT_TRUE(encoder.is_ok()) << encoder.status().to_string();
        const auto vectors = encoder.value()->encode_tokens(fixture.texts, {});
        ASSERT_TRUE(vectors.is_ok()) << vectors.status().to_string();
        const auto words = static_cast<size_t>(encoder.value()->dimensions());
        for (size_t i = 0; i < fixture.texts.size(); ++i) {
            std::vector<float> expected(words, 0);
            for (size_t j = 0; j < fixture.outputs[i].size(); ++j) {
                const float weight = std::log1p(std::max(fixture.outputs[i][j], 0.0F));
                expected[j % words] = std::max(expected[j % words], weight);
            }
            std::vector<float> found(words, 0);
            for (size_t j = 0; j < vectors.value()[i].nnz(); ++j) {
                found[vectors.value()[i].components[j]] = vectors.value()[i].values[j];
            }
            expect_close(found, expected, 1e-4F);
        }
    }
}

TEST_P(EncoderParityTest, TopKKeepsTheLargest) {
    const ModelFixture fixture = ModelFixture::read("bert-mlm");
    const auto encoder = SpladeEncoder::open(fixture.folder, options_);
    ASSERT_TRUE(encoder.is_ok()) << encoder.status().to_string();
    const auto all = encoder.value()->encode_tokens(fixture.texts, {});
    const auto cut = encoder.value()->encode_tokens(fixture.texts, {.top_k = 5});
    ASSERT_TRUE(all.is_ok() && cut.is_ok());
    for (size_t i = 0; i < fixture.texts.size(); ++i) {
        const SparseVector& kept = cut.value()[i];
        EXPECT_TRUE(validate_sparse_vector(kept.view(), ValueRule::kNonNegative, 64).is_ok());
        ASSERT_EQ(kept.nnz(), std::min<size_t>(5, all.value()[i].nnz()));
        std::vector<float> values = all.value()[i].values;
        std::ranges::sort(values, std::greater<>());
        EXPECT_EQ(std::ranges::min(kept.values), values[kept.nnz() - 1]);
    }
}

TEST_P(EncoderParityTest, ScoresOfSequences) {
    for (const char* name : {"bert-sequence", "roberta-sequence", "distilbert-sequence"}) {
        SCOPED_TRACE(name);
        const ModelFixture fixture = ModelFixture::read(name);
        const auto classifier = TextClassifier::open(fixture.folder, options_);
        ASSERT_TRUE(classifier.is_ok()) << classifier.status().to_string();
        const auto scores = classifier.value()->score_tokens(fixture.texts);
        ASSERT_TRUE(scores.is_ok()) << scores.status().to_string();
        std::vector<float> expected;
        for (const auto& row : fixture.outputs) {
            expected.insert(expected.end(), row.begin(), row.end());
        }
        expect_close(scores.value(), expected, 1e-4F);
    }
}

TEST_P(EncoderParityTest, ScoresOfTokens) {
    for (const char* name : {"bert-token", "xlm-roberta-token"}) {
        SCOPED_TRACE(name);
        const ModelFixture fixture = ModelFixture::read(name);
        const auto classifier = TokenClassifier::open(fixture.folder, options_);
        ASSERT_TRUE(classifier.is_ok()) << classifier.status().to_string();
        const auto scores = classifier.value()->score_tokens(fixture.texts);
        ASSERT_TRUE(scores.is_ok()) << scores.status().to_string();
        for (size_t i = 0; i < fixture.texts.size(); ++i) {
            expect_close(scores.value()[i].scores, fixture.outputs[i], 1e-4F);
        }
    }
}

TEST_P(EncoderParityTest, SentencesAreHiddenStatesPooled) {
    const ModelFixture fixture = ModelFixture::read("bert-none");
    const auto encoder = SentenceEncoder::open(fixture.folder, options_);
    ASSERT_TRUE(encoder.is_ok()) << encoder.status().to_string();
    const auto width = static_cast<size_t>(encoder.value()->dimensions());
    for (const Pooling pooling : {Pooling::kMean, Pooling::kFirst, Pooling::kLast, Pooling::kMax}) {
        const auto vectors =
            encoder.value()->encode_tokens(fixture.texts, {.pooling = pooling, .normalize = false});
        ASSERT_TRUE(vectors.is_ok()) << vectors.status().to_string();
        for (size_t i = 0; i < fixture.texts.size(); ++i) {
            const std::vector<float>& rows = fixture.outputs[i];
            const size_t tokens = rows.size() / width;
            for (size_t j = 0; j < width; ++j) {
                float sum = 0;
                float most = rows[j];
                for (size_t t = 0; t < tokens; ++t) {
                    sum += rows[t * width + j];
                    most = std::max(most, rows[t * width + j]);
                }
                const float expected = pooling == Pooling::kMean ? sum / static_cast<float>(tokens)
                                       : pooling == Pooling::kFirst ? rows[j]
                                       : pooling == Pooling::kLast  ? rows[rows.size() - width + j]
                                                                    : most;
                ASSERT_NEAR(vectors.value()[i * width + j], expected, 1e-4);
            }
        }
    }
    const auto cut = encoder.value()->encode_tokens(fixture.texts, {.dimensions = 8});
    ASSERT_TRUE(cut.is_ok());
    ASSERT_EQ(cut.value().size(), fixture.texts.size() * 8);
    float norm = 0;
    for (size_t j = 0; j < 8; ++j) norm += cut.value()[j] * cut.value()[j];
    EXPECT_NEAR(norm, 1, 1e-5);
    testing::expect_error(
        encoder.value()->encode_tokens(fixture.texts, {.dimensions = 25}).status(),
        StatusCode::kInvalidArgument, {"dimensions", "24"});
}

TEST_P(EncoderParityTest, RefusesTokensThatTheModelHasNot) {
    const ModelFixture fixture = ModelFixture::read("bert-mlm");
    const auto encoder = SpladeEncoder::open(fixture.folder, options_);
    ASSERT_TRUE(encoder.is_ok()) << encoder.status().to_string();
    const auto status = [&](TokenSequence text) {
        const std::vector<TokenSequence> texts = {{{1}, {}}, std::move(text)};
        return encoder.value()->encode_tokens(texts, {}).status();
    };
    testing::expect_error(status({{64}, {}}), StatusCode::kInvalidArgument, {"text 1", "64"});
    testing::expect_error(status({{}, {}}), StatusCode::kInvalidArgument, {"text 1"});
    testing::expect_error(status({{1}, {2}}), StatusCode::kInvalidArgument, {"text 1", "type 2"});
    testing::expect_error(status({std::vector<uint32_t>(25, 1), {}}), StatusCode::kInvalidArgument,
                          {"text 1", "25", "24"});
    EXPECT_TRUE(encoder.value()->encode_tokens({}, {}).is_ok());
}

TEST_P(EncoderParityTest, HalfPrecisionIsClose) {
    const ModelFixture fixture = ModelFixture::read("bert-mlm");
    for (const Precision precision : {Precision::kBF16, Precision::kInt8}) {
        options_.precision = precision;
        const auto rows = token_rows(fixture, ModelHead::kMaskedLm, options_);
        ASSERT_TRUE(rows.is_ok()) << rows.status().to_string();
        for (size_t i = 0; i < fixture.texts.size(); ++i) {
            expect_close(rows.value()[i], fixture.outputs[i], 0.25F);
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Devices, EncoderParityTest,
                         ::testing::ValuesIn(testing::devices_under_test()),
                         [](const auto& each) { return each.param; });

}  // namespace
}  // namespace temblor
