#include <filesystem>

#include <gtest/gtest.h>

#include "compress/model/splade_encoder.h"
#include "compress/model/text_classifier.h"
#include "tests/compress/model_files.h"

namespace temblor {
namespace {

using testing::expect_error;
using testing::slurp_file;

/// A copy of a fixture, to be broken.
class BrokenModelTest : public testing::ModelFolderTest {
protected:
    BrokenModelTest() {
        const std::string source = std::string(TEMBLOR_ROOT) + "/tests/fixtures/models/bert-mlm/";
        for (const char* name : {"config.json", "model.safetensors"}) {
            file(name, slurp_file(source + name));
        }
    }
    void replace(const std::string& name, const std::string& from, const std::string& to) const {
        std::string text = slurp_file(path(name));
        const size_t place = text.find(from);
        ASSERT_NE(place, std::string::npos) << from;
        file(name, text.replace(place, from.size(), to));
    }
    [[nodiscard]] Status open() const { return SpladeEncoder::open(folder(), {}).status(); }
};

TEST_F(BrokenModelTest, OpensWhole) { EXPECT_TRUE(open().is_ok()) << open().to_string(); }

TEST_F(BrokenModelTest, MissingFiles) {
    std::filesystem::remove(path("model.safetensors"));
    expect_error(open(), StatusCode::kNotFound, {folder(), "model.safetensors"});
    std::filesystem::remove(path("config.json"));
    expect_error(open(), StatusCode::kNotFound, {"config.json"});
}

TEST_F(BrokenModelTest, WrongShape) {
    replace("config.json", "\"intermediate_size\": 40", "\"intermediate_size\": 41");
    expect_error(
        open(), StatusCode::kCorruption,
        {"model.safetensors", "encoder.layer.0.intermediate.dense.weight", "[41, 24]", "[40, 24]"});
}

TEST_F(BrokenModelTest, MissingTensor) {
    replace("config.json", "\"num_hidden_layers\": 2", "\"num_hidden_layers\": 3");
    expect_error(open(), StatusCode::kCorruption,
                 {folder(), "bert.encoder.layer.2.attention.self.query.weight", "missing"});
}

TEST_F(BrokenModelTest, Truncated) {
    const std::string whole = slurp_file(path("model.safetensors"));
    file("model.safetensors", whole.substr(0, whole.size() - 1));
    expect_error(open(), StatusCode::kCorruption, {"model.safetensors", "tensor"});
}

TEST_F(BrokenModelTest, UnknownArchitectureAndWrongHead) {
    expect_error(TextClassifier::open(folder(), {}).status(), StatusCode::kUnimplemented,
                 {"config.json", "architectures", "ForSequenceClassification", "ForMaskedLM"});
    replace("config.json", "\"model_type\": \"bert\"", "\"model_type\": \"bart\"");
    expect_error(open(), StatusCode::kUnimplemented, {"config.json", "bart"});
}

TEST_F(BrokenModelTest, TokenizerAndVocabularyThatDisagree) {
    std::string words = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n";
    for (int i = 5; i < 65; ++i) words += "w" + std::to_string(i) + "\n";
    file("vocab.txt", words);
    expect_error(open(), StatusCode::kCorruption, {folder(), "64", "vocab_size", "config.json"});
    file("vocab.txt", words.substr(0, words.rfind('w')));
    EXPECT_TRUE(open().is_ok()) << open().to_string();
}

TEST_F(BrokenModelTest, WithoutATokenizerTextIsRefused) {
    const auto encoder = SpladeEncoder::open(folder(), {});
    ASSERT_TRUE(encoder.is_ok()) << encoder.status().to_string();
    const std::vector<std::string_view> texts = {"a"};
    expect_error(encoder.value()->encode(texts, {}).status(), StatusCode::kNotFound, {folder()});
}

}  // namespace
}  // namespace temblor
