#include "compress/model/tokenizer/tokenizer.h"

#include <algorithm>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "tests/compress/tokenizer_texts.h"

namespace temblor {
namespace {

std::unique_ptr<const Tokenizer> fixture(const std::string& name) {
    return test::open_tokenizer(test::fixtures_folder() + "/" + name);
}

TEST(Tokenizer, CutsToTheMostTokensThatAreAsked) {
    const auto tokenizer = fixture("bert-cased");
    ASSERT_NE(tokenizer, nullptr);
    const std::string text = "the retrieval engine and the sparse index of the document";
    const auto whole = tokenizer->encode(text);
    ASSERT_TRUE(whole.is_ok());
    for (size_t most = 2; most < whole->size() + 2; ++most) {
        EncodeOptions options;
        options.max_length = most;
        const auto cut = tokenizer->encode(text, options);
        ASSERT_TRUE(cut.is_ok());
        EXPECT_EQ(cut->size(), std::min(most, whole->size()));
        EXPECT_EQ(cut->ids.front(), *tokenizer->special_tokens().cls);
        EXPECT_EQ(cut->ids.back(), *tokenizer->special_tokens().sep);
        EXPECT_EQ(cut->special.front() + cut->special.back(), 2);
    }
    EncodeOptions options;
    options.max_length = 1;
    EXPECT_EQ(tokenizer->encode(text, options).status().code(), StatusCode::kInvalidArgument);
    EXPECT_EQ(tokenizer->added_tokens(false), 2u);
    EXPECT_EQ(tokenizer->added_tokens(true), 3u);
}

TEST(Tokenizer, PairsTellTheirTexts) {
    const auto tokenizer = fixture("bert-cased");
    ASSERT_NE(tokenizer, nullptr);
    const auto pair = tokenizer->encode_pair("the one", "two", EncodeOptions{});
    ASSERT_TRUE(pair.is_ok());
    for (size_t i = 0; i < pair->size(); ++i) {
        if (pair->special[i] != 0) {
            EXPECT_EQ(pair->offsets[i], ByteSpan{});
        } else {
            EXPECT_EQ(pair->sequence[i], pair->type_ids[i]);
            EXPECT_LE(pair->offsets[i].end, pair->sequence[i] == 0 ? 7u : 3u);
        }
    }
}

TEST(Tokenizer, SpecialTokensOfPlainPlacesAreText) {
    const auto tokenizer = fixture("llama3");
    ASSERT_NE(tokenizer, nullptr);
    const uint32_t eot = *tokenizer->find("<|eot_id|>");
    const std::string text = "a<|eot_id|>b<|eot_id|>";
    const auto count = [&](const EncodeOptions& options) {
        const auto encoding = tokenizer->encode(text, options);
        EXPECT_TRUE(encoding.is_ok());
        return std::count(encoding->ids.begin(), encoding->ids.end(), eot);
    };
    EncodeOptions options;
    EXPECT_EQ(count(options), 2);
    options.plain = {{0, 12}};
    EXPECT_EQ(count(options), 1);
    options.plain = {{0, 5}, {15, 16}};
    EXPECT_EQ(count(options), 0);
    options.plain.clear();
    options.special_in_text = false;
    EXPECT_EQ(count(options), 0);
}

TEST(Tokenizer, VocabularyBothWays) {
    for (const std::string& name : test::fixture_names()) {
        const auto tokenizer = fixture(name);
        ASSERT_NE(tokenizer, nullptr);
        size_t tokens = 0;
        for (uint32_t id = 0; id < tokenizer->vocabulary_size(); ++id) {
            const auto token = tokenizer->token(id);
            if (!token) continue;
            ++tokens;
            EXPECT_EQ(tokenizer->find(*token), id);
        }
        EXPECT_GT(tokens, 200u);
        EXPECT_FALSE(tokenizer->token(tokenizer->vocabulary_size()).has_value());
        EXPECT_FALSE(tokenizer->find("no such token").has_value());
    }
}

TEST(Tokenizer, WordsAreTheSameWithAndWithoutTheCache) {
    // The cache begins anew many times; long words never enter it.
    const auto tokenizer = fixture("llama3");
    ASSERT_NE(tokenizer, nullptr);
    const std::string word = "engine";
    const auto first = tokenizer->encode(word);
    for (int i = 0; i < 40000; ++i) {
        ASSERT_TRUE(tokenizer->encode("w" + std::to_string(i) + "x").is_ok());
    }
    const auto again = tokenizer->encode(word);
    ASSERT_TRUE(first.is_ok() && again.is_ok());
    EXPECT_EQ(first->ids, again->ids);
}

TEST(Tokenizer, LongWordsTakeNoLongTime) {
    for (const char* name : {"llama3", "llama2", "xlm-roberta", "gemma"}) {
        const auto tokenizer = fixture(name);
        ASSERT_NE(tokenizer, nullptr);
        std::string text;
        for (uint64_t i = 0; i < 200'000; ++i) text += static_cast<char>('a' + i * i % 7);
        const auto encoding = tokenizer->encode(text);
        ASSERT_TRUE(encoding.is_ok()) << encoding.status().to_string();
        EXPECT_EQ(encoding->offsets.back().end == text.size() || encoding->special.back() != 0,
                  true);
    }
}

TEST(Tokenizer, ThreadsShareOneConcurrently) {
    const auto tokenizer = fixture("xlm-roberta");
    ASSERT_NE(tokenizer, nullptr);
    const auto texts = test::awkward_texts(31, 200);
    std::vector<std::vector<uint32_t>> expected;
    for (const auto& text : texts) expected.push_back(tokenizer->encode(text).value().ids);
    std::vector<std::thread> threads;
    std::vector<int> wrong(4, 0);
    for (size_t t = 0; t < wrong.size(); ++t) {
        threads.emplace_back([&, t] {
            for (size_t i = 0; i < texts.size(); ++i) {
                const auto encoding = tokenizer->encode(texts[i]);
                if (!encoding.is_ok() || encoding->ids != expected[i]) ++wrong[t];
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    for (const int count : wrong) EXPECT_EQ(count, 0);
}

}  // namespace
}  // namespace temblor
