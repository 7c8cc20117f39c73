// Small tokenizers of many kinds against what Hugging Face's `tokenizers` made of the same texts
// (tests/fixtures/make_tokenizers.py).

#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <simdjson.h>

#include "compress/model/tokenizer/tokenizer.h"
#include "tests/compress/tokenizer_texts.h"

namespace temblor {
namespace {

class TokenizerFixture : public ::testing::TestWithParam<std::string> {};

std::vector<uint32_t> numbers_of(simdjson::dom::element array) {
    std::vector<uint32_t> numbers;
    for (const auto number : array.get_array()) {
        numbers.push_back(static_cast<uint32_t>(number.get_uint64().value()));
    }
    return numbers;
}

TEST_P(TokenizerFixture, TokensOffsetsAndTextAreTheReferences) {
    const std::string folder = test::fixtures_folder() + "/" + GetParam();
    const auto tokenizer = test::open_tokenizer(folder);
    ASSERT_NE(tokenizer, nullptr);
    simdjson::dom::parser parser;
    const simdjson::dom::element cases = parser.load(folder + "/cases.json");
    for (const auto single : cases["singles"].get_array()) {
        const std::string_view text = single["text"];
        const auto encoding = tokenizer->encode(text);
        ASSERT_TRUE(encoding.is_ok()) << encoding.status().to_string();
        EXPECT_EQ(encoding->ids, numbers_of(single["ids"])) << text;
        std::vector<uint32_t> offsets;
        for (const auto [begin, end] : encoding->offsets) {
            offsets.push_back(static_cast<uint32_t>(begin));
            offsets.push_back(static_cast<uint32_t>(end));
        }
        EXPECT_EQ(offsets, numbers_of(single["offsets"])) << text;
        const auto decoded = tokenizer->decode(encoding->ids, true);
        ASSERT_TRUE(decoded.is_ok());
        EXPECT_EQ(*decoded, std::string_view(single["decoded"]));
    }
    EncodeOptions options;
    options.max_length = 12;
    for (const auto pair : cases["pairs"].get_array()) {
        const auto encoding = tokenizer->encode_pair(std::string_view(pair["first"]),
                                                     std::string_view(pair["second"]), options);
        ASSERT_TRUE(encoding.is_ok()) << encoding.status().to_string();
        EXPECT_EQ(encoding->ids, numbers_of(pair["ids"]));
        const std::vector<uint32_t> types(encoding->type_ids.begin(), encoding->type_ids.end());
        EXPECT_EQ(types, numbers_of(pair["types"]));
    }
}

TEST_P(TokenizerFixture, OffsetsStandOnCharactersOfAnyBytes) {
    const auto tokenizer = test::open_tokenizer(test::fixtures_folder() + "/" + GetParam());
    ASSERT_NE(tokenizer, nullptr);
    for (const std::string& text : test::awkward_texts(17, 400)) {
        const auto encoding = tokenizer->encode(text);
        ASSERT_TRUE(encoding.is_ok()) << encoding.status().to_string();
        ASSERT_EQ(encoding->offsets.size(), encoding->size());
        ASSERT_EQ(encoding->special.size(), encoding->size());
        for (const auto& [begin, end] : encoding->offsets) {
            ASSERT_LE(begin, end);
            ASSERT_LE(end, text.size());
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Kinds, TokenizerFixture, ::testing::ValuesIn(test::fixture_names()),
                         [](const auto& kind) {
                             std::string name = kind.param;
                             for (char& c : name) {
                                 if (c == '-') c = '_';
                             }
                             return name;
                         });

}  // namespace
}  // namespace temblor
