#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <simdjson.h>

#include "compress/model/tokenizer/stream_decoder.h"
#include "tests/compress/tokenizer_texts.h"

namespace temblor {
namespace {

std::string streamed(const Tokenizer& tokenizer, const std::vector<uint32_t>& ids) {
    StreamDecoder stream(tokenizer);
    std::string text;
    for (const uint32_t id : ids) {
        const auto piece = stream.push(id);
        EXPECT_TRUE(piece.is_ok()) << piece.status().to_string();
        EXPECT_TRUE(simdjson::validate_utf8(*piece));
        text += *piece;
    }
    const auto rest = stream.finish();
    EXPECT_TRUE(rest.is_ok());
    return text + *rest;
}

TEST(TokenizerStream, PiecesJoinToTheWholeText) {
    for (const std::string& name : test::fixture_names()) {
        SCOPED_TRACE(name);
        const auto tokenizer = test::open_tokenizer(test::fixtures_folder() + "/" + name);
        ASSERT_NE(tokenizer, nullptr);
        for (const std::string& text : test::awkward_texts(23, 150)) {
            const auto encoding = tokenizer->encode(text);
            ASSERT_TRUE(encoding.is_ok());
            const auto whole = tokenizer->decode(encoding->ids, true);
            ASSERT_TRUE(whole.is_ok());
            EXPECT_EQ(streamed(*tokenizer, encoding->ids), *whole) << text;
        }
    }
}

TEST(TokenizerStream, AnyTokensGiveWellFormedText) {
    std::mt19937_64 random(29);
    for (const char* name : {"llama3", "llama2", "t5"}) {
        const auto tokenizer = test::open_tokenizer(test::fixtures_folder() + "/" + name);
        ASSERT_NE(tokenizer, nullptr);
        for (int i = 0; i < 100; ++i) {
            std::vector<uint32_t> ids(random() % 60);
            for (uint32_t& id : ids) {
                id = static_cast<uint32_t>(random() % (tokenizer->vocabulary_size() + 3));
            }
            EXPECT_TRUE(simdjson::validate_utf8(streamed(*tokenizer, ids)));
        }
    }
}

TEST(TokenizerStream, ACharacterWaitsForAllItsTokens) {
    const auto tokenizer = test::open_tokenizer(test::fixtures_folder() + "/llama2");
    ASSERT_NE(tokenizer, nullptr);
    StreamDecoder stream(*tokenizer);
    const std::vector<const char*> bytes = {"<0xF0>", "<0x9F>", "<0x98>", "<0x80>"};
    for (size_t i = 0; i < bytes.size(); ++i) {
        const auto piece = stream.push(*tokenizer->find(bytes[i]));
        ASSERT_TRUE(piece.is_ok());
        EXPECT_EQ(*piece, i + 1 < bytes.size() ? "" : "\U0001F600");
    }
}

}  // namespace
}  // namespace temblor
