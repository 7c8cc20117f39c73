#include "data/text/encoder_config.h"

#include <cmath>

#include <gtest/gtest.h>

#include "data/text/text_encoder.h"

namespace temblor {
namespace {

TEST(EncoderConfig, Bm25RoundTrip) {
    EncoderConfig config;
    config.kind = "bm25";
    config.k1 = 1.2;
    config.b = 0.75;
    config.mean_length = 17.25;
    config.language = "english";
    config.stop_words = true;
    const auto read = parse_encoder_config(write_encoder_config(config));
    ASSERT_TRUE(read.is_ok()) << read.status().to_string();
    EXPECT_EQ(read->kind, "bm25");
    EXPECT_EQ(read->k1, 1.2);
    EXPECT_EQ(read->b, 0.75);
    EXPECT_EQ(read->mean_length, 17.25);
    EXPECT_EQ(read->language, "english");
    EXPECT_TRUE(read->stop_words);
}

TEST(EncoderConfig, InferenceFreeRoundTripWithAwkwardStrings) {
    EncoderConfig config;
    config.kind = "inference-free";
    config.lower_case = false;
    config.strip_accents = true;
    config.unknown = "<\"unk\\\n\x01\u00E9>";
    config.continuation = "";
    config.max_word_characters = 200;
    const auto read = parse_encoder_config(write_encoder_config(config));
    ASSERT_TRUE(read.is_ok()) << read.status().to_string();
    EXPECT_FALSE(read->lower_case);
    EXPECT_TRUE(read->strip_accents);
    EXPECT_EQ(read->unknown, config.unknown);
    EXPECT_EQ(read->continuation, "");
    EXPECT_EQ(read->max_word_characters, 200U);
}

TEST(EncoderConfig, DamageIsNamed) {
    const auto code = [](std::string_view json) {
        const auto read = parse_encoder_config(json);
        EXPECT_FALSE(read.is_ok()) << json;
        return read.status().code();
    };
    EXPECT_EQ(code(""), StatusCode::kCorruption);
    EXPECT_EQ(code("[]"), StatusCode::kCorruption);
    EXPECT_EQ(code("{\"kind\":\"bm25\""), StatusCode::kCorruption);
    EXPECT_EQ(code("{\"kind\":7,\"version\":1}"), StatusCode::kCorruption);
    EXPECT_EQ(code("{\"kind\":\"bm25\",\"version\":2}"), StatusCode::kUnimplemented);
    EXPECT_EQ(code("{\"kind\":\"bm25\",\"version\":-1}"), StatusCode::kCorruption);
    EXPECT_EQ(code("{\"kind\":\"x\",\"version\":1,\"k1\":1,\"b\":0,\"mean_length\":1}"),
              StatusCode::kUnimplemented);
    const auto missing = parse_encoder_config(
        "{\"kind\":\"bm25\",\"version\":1,\"k1\":1,\"b\":0,\"mean_length\":1}");
    ASSERT_FALSE(missing.is_ok());
    EXPECT_NE(missing.status().message().find("language"), std::string::npos);
}

TEST(LoadTextEncoder, ChecksWhatAnIndexStored) {
    const auto vocabulary = Vocabulary::from_tokens({"a", "b"});
    ASSERT_TRUE(vocabulary.is_ok());
    EncoderConfig config;
    config.kind = "bm25";
    TextEncoderData data;
    EXPECT_EQ(load_text_encoder(data, *vocabulary).status().code(), StatusCode::kNotFound);
    data.config_json = write_encoder_config(config);
    EXPECT_EQ(load_text_encoder(data, *vocabulary).status().code(), StatusCode::kCorruption);
    data.query_weights = {1, NAN};
    EXPECT_EQ(load_text_encoder(data, *vocabulary).status().code(), StatusCode::kCorruption);
    data.query_weights = {1, -2};
    EXPECT_EQ(load_text_encoder(data, *vocabulary).status().code(), StatusCode::kCorruption);
    data.query_weights = {1, 2};
    EXPECT_TRUE(load_text_encoder(data, *vocabulary).is_ok());
    config.language = "nowhere";
    data.config_json = write_encoder_config(config);
    EXPECT_EQ(load_text_encoder(data, *vocabulary).status().code(), StatusCode::kCorruption);
    config.kind = "inference-free";
    data.config_json = write_encoder_config(config);
    const auto lacking = load_text_encoder(data, *vocabulary);
    ASSERT_FALSE(lacking.is_ok());
    EXPECT_NE(lacking.status().message().find("[UNK]"), std::string::npos);
}

}  // namespace
}  // namespace temblor
