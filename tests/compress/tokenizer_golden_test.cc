// Real tokenizers, where TEMBLOR_DATA has them.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <simdjson.h>

#include "compress/model/tokenizer/sentencepiece_tokenizer.h"
#include "compress/model/tokenizer/tokenizer.h"
#include "tests/compress/tokenizer_texts.h"

namespace temblor {
namespace {

std::string whole_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> golden_texts(const std::string& path) {
    constexpr std::string_view kBetween = "\n__ggml_vocab_test__\n";
    const std::string all = whole_file(path);
    std::vector<std::string> texts;
    for (size_t begin = 0; begin <= all.size();) {
        const size_t end = std::min(all.find(kBetween, begin), all.size());
        texts.push_back(all.substr(begin, end - begin));
        begin = end + kBetween.size();
    }
    return texts;
}

class TokenizerGolden : public ::testing::Test {
protected:
    void SetUp() override {
        if (!std::filesystem::exists(data_ + "/tokenizers/golden")) {
            GTEST_SKIP() << "no tokenizers in " << data_ << " (set TEMBLOR_DATA)";
        }
    }

    void expect_golden(const std::string& tokenizer_path, const std::string& name) const {
        const auto tokenizer = test::open_tokenizer(data_ + tokenizer_path);
        ASSERT_NE(tokenizer, nullptr);
        EncodeOptions options;
        options.add_special_tokens = false;
        const std::string golden = data_ + "/tokenizers/golden/" + name;
        std::istringstream lines(whole_file(golden + ".out"));
        size_t compared = 0;
        for (const std::string& text : golden_texts(golden + ".inp")) {
            std::string line;
            if (!std::getline(lines, line)) break;
            std::istringstream numbers(line);
            const std::vector<uint32_t> ids(std::istream_iterator<uint32_t>(numbers), {});
            const auto encoding = tokenizer->encode(text, options);
            ASSERT_TRUE(encoding.is_ok()) << encoding.status().to_string();
            EXPECT_EQ(encoding->ids, ids) << "\"" << text << "\"";
            ++compared;
        }
        EXPECT_GT(compared, 30u);
    }

    const std::string data_ = test::tokenizer_data_folder();
};

TEST_F(TokenizerGolden, Bert) {
    expect_golden("/tokenizers/bert-base-uncased", "bert-bge");
    expect_golden("/tokenizers/bert-base-uncased/vocab.txt", "bert-bge");
}

TEST_F(TokenizerGolden, Gpt2) { expect_golden("/tokenizers/gpt2", "gpt-2"); }

TEST_F(TokenizerGolden, ModelsEncodeTheirGoldenTexts) {
    for (const char* name : {"minilm-l6", "splade-tiny"}) {
        SCOPED_TRACE(name);
        const std::string folder = data_ + "/models/" + name;
        if (!std::filesystem::exists(folder)) continue;
        const auto tokenizer = test::open_tokenizer(folder);
        ASSERT_NE(tokenizer, nullptr);
        EXPECT_EQ(tokenizer->special_tokens().cls, 101u);
        EXPECT_EQ(tokenizer->special_tokens().sep, 102u);
        EXPECT_EQ(tokenizer->special_tokens().mask, 103u);
        simdjson::dom::parser parser;
        const simdjson::dom::element golden = parser.load(folder + "/golden.json");
        EncodeOptions options;
        options.max_length = golden["max_length"].get_uint64();
        size_t compared = 0;
        for (const auto item : golden["items"].get_array()) {
            const auto encoding = tokenizer->encode(std::string_view(item["text"]), options);
            ASSERT_TRUE(encoding.is_ok());
            std::vector<uint32_t> ids;
            for (const auto id : item["ids"].get_array()) {
                ids.push_back(static_cast<uint32_t>(id.get_uint64().value()));
            }
            EXPECT_EQ(encoding->ids, ids);
            ++compared;
        }
        EXPECT_EQ(compared, 20u);
    }
}

TEST_F(TokenizerGolden, SentencePieceKeepsPlacesAndSpecialTokens) {
    const Status probe = make_sentencepiece_tokenizer("", {}).status();
    if (probe.code() == StatusCode::kUnimplemented) GTEST_SKIP() << probe.to_string();
    const auto tokenizer = test::open_tokenizer(data_ + "/tokenizers/mistral-v1");
    ASSERT_NE(tokenizer, nullptr);
    EXPECT_EQ(tokenizer->vocabulary_size(), 32000u);
    EXPECT_EQ(tokenizer->special_tokens().bos, 1u);
    EXPECT_EQ(tokenizer->special_tokens().eos, 2u);
    const std::string text = "Hello \U0001FAF6</s>";
    const auto encoding = tokenizer->encode(text);
    ASSERT_TRUE(encoding.is_ok());
    EXPECT_EQ(encoding->ids.front(), 1u);
    EXPECT_EQ(encoding->ids.back(), 2u);
    EXPECT_EQ(encoding->offsets.back(), (ByteSpan{10, 14}));
    EXPECT_EQ(encoding->offsets[1], (ByteSpan{0, 5}));
    // Each of the four bytes of a character that is no piece stands for all of it.
    for (size_t i = encoding->size() - 5; i + 1 < encoding->size(); ++i) {
        EXPECT_EQ(encoding->offsets[i], (ByteSpan{6, 10})) << i;
    }
    EncodeOptions plain;
    plain.special_in_text = false;
    const auto ordinary = tokenizer->encode(text, plain);
    ASSERT_TRUE(ordinary.is_ok());
    EXPECT_NE(ordinary->ids.back(), 2u);
    const auto decoded = tokenizer->decode(encoding->ids, false);
    ASSERT_TRUE(decoded.is_ok());
    EXPECT_EQ(*decoded, "<s>" + text);
}

}  // namespace
}  // namespace temblor
