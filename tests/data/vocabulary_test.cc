#include "data/vocabulary.h"

#include <cstring>
#include <random>

#include "tests/data/test_files.h"

namespace temblor {
namespace {

std::vector<std::string> many_tokens(size_t count) {
    std::vector<std::string> tokens;
    for (size_t i = 0; i < count; ++i) tokens.push_back("t" + std::to_string(i * 7919 % 100003));
    return tokens;
}

Result<Vocabulary> reopened_vocabulary(const std::vector<std::byte>& bytes) {
    auto kept = std::make_shared<std::vector<std::byte>>(bytes);
    return Vocabulary::from_bytes(kept, *kept);
}

TEST(Vocabulary, BothWaysAndThroughBytes) {
    const std::vector<std::string> tokens = many_tokens(5000);
    const auto made = Vocabulary::from_tokens(tokens);
    ASSERT_TRUE(made.is_ok()) << made.status().to_string();
    const auto again = reopened_vocabulary(made->serialize());
    ASSERT_TRUE(again.is_ok()) << again.status().to_string();
    for (const Vocabulary* vocabulary : {&made.value(), &again.value()}) {
        ASSERT_EQ(vocabulary->size(), tokens.size());
        EXPECT_TRUE(vocabulary->validate().is_ok());
        for (uint32_t c = 0; c < tokens.size(); ++c) {
            ASSERT_EQ(vocabulary->token(c), tokens[c]);
            ASSERT_EQ(vocabulary->find(tokens[c]), c);
        }
        EXPECT_EQ(vocabulary->find("absent"), std::nullopt);
        EXPECT_EQ(vocabulary->find(""), std::nullopt);
        EXPECT_EQ(vocabulary->find("\xFF"), std::nullopt);
        EXPECT_EQ(vocabulary->token(5000), "");
        EXPECT_EQ(vocabulary->token(UINT32_MAX), "");
    }
    EXPECT_EQ(again->serialize(), made->serialize());
}

TEST(Vocabulary, EmptyOnes) {
    const Vocabulary none;
    EXPECT_TRUE(none.empty());
    EXPECT_EQ(none.find("a"), std::nullopt);
    EXPECT_TRUE(none.validate().is_ok());
    const auto again = reopened_vocabulary(none.serialize());
    ASSERT_TRUE(again.is_ok()) << again.status().to_string();
    EXPECT_TRUE(again->empty());
    EXPECT_TRUE(reopened_vocabulary({})->empty());
}

TEST(Vocabulary, RepeatsNameBothPlaces) {
    EXPECT_ERROR(Vocabulary::from_tokens({"a", "b", "a"}), StatusCode::kInvalidArgument,
                 "token 2 (\"a\") repeats token 0");
}

TEST(VocabularyBuilder, NumbersInOrderOfAppearance) {
    VocabularyBuilder builder;
    const std::vector<std::string> tokens = many_tokens(20000);
    for (int pass = 0; pass < 2; ++pass) {
        for (uint32_t c = 0; c < tokens.size(); ++c) ASSERT_EQ(builder.component_of(tokens[c]), c);
    }
    EXPECT_EQ(builder.size(), tokens.size());
    const auto vocabulary = builder.finish();
    ASSERT_TRUE(vocabulary.is_ok());
    EXPECT_EQ(vocabulary->token(19999), tokens[19999]);
    EXPECT_EQ(vocabulary->serialize(), Vocabulary::from_tokens(tokens)->serialize());
}

TEST(Vocabulary, HostileBytesAreErrorsOrHarmless) {
    std::mt19937_64 random(4);
    const std::vector<std::byte> good =
        Vocabulary::from_tokens({"one", "two", "three", "four", "five"})->serialize();
    for (size_t size = 1; size < good.size(); ++size) {
        EXPECT_FALSE(
            reopened_vocabulary({good.begin(), good.begin() + static_cast<ptrdiff_t>(size)})
                .is_ok());
    }
    for (int round = 0; round < 3000; ++round) {
        std::vector<std::byte> bytes = good;
        for (size_t hits = 1 + random() % 3; hits > 0; --hits) {
            bytes[random() % bytes.size()] = static_cast<std::byte>(random());
        }
        const auto opened = reopened_vocabulary(bytes);
        if (!opened.is_ok()) {
            EXPECT_EQ(opened.status().code(), StatusCode::kCorruption);
            continue;
        }
        for (const char* token : {"one", "two", "three", "nine"}) {
            const auto component = opened->find(token);
            EXPECT_TRUE(!component || opened->token(*component) == token);
        }
        if (opened->validate().is_ok()) {
            for (uint32_t c = 0; c < opened->size(); ++c) {
                EXPECT_EQ(opened->find(opened->token(c)), c);
            }
        }
    }
}

TEST(Vocabulary, ACountBeyondTheBytesIsCorruption) {
    std::vector<std::byte> bytes(64);
    for (const uint64_t count :
         {uint64_t{5}, uint64_t{UINT32_MAX}, uint64_t{1} << 61, UINT64_MAX}) {
        std::memcpy(bytes.data(), &count, sizeof(count));
        EXPECT_ERROR(reopened_vocabulary(bytes), StatusCode::kCorruption, "vocabulary");
    }
}

}  // namespace
}  // namespace temblor
