#include "index/payload/words.h"

#include <gtest/gtest.h>

namespace temblor {
namespace {

using Words = std::vector<std::string>;

TEST(Words, AreRunsOfLettersAndDigitsWithoutCase) {
    EXPECT_EQ(distinct_words(""), Words{});
    EXPECT_EQ(distinct_words(" .,!-"), Words{});
    EXPECT_EQ(distinct_words("Red-GREEN red x2"), (Words{"green", "red", "x2"}));
    EXPECT_EQ(distinct_words("ÉTÉ Ωmega «ЖУК»"), (Words{"été", "ωmega", "жук"}));
    EXPECT_EQ(distinct_words("e\u0301te\u0301"), (Words{"e\u0301te\u0301"}));
    EXPECT_EQ(distinct_words("日本語、テスト"), (Words{"テスト", "日本語"}));
    EXPECT_EQ(distinct_words("\U00010400"), (Words{"\U00010428"}));
}

TEST(Words, IllFormedBytesSeparate) {
    EXPECT_EQ(distinct_words("a\xFFz"), (Words{"a", "z"}));
    EXPECT_EQ(distinct_words("a\xC3"), (Words{"a"}));
    EXPECT_EQ(distinct_words("\xF0\x9F"), Words{});
}

TEST(Words, AllMustBeThere) {
    const Words words = distinct_words("green red red");
    EXPECT_TRUE(holds_words("red red GREEN", words));
    EXPECT_FALSE(holds_words("red red", words));
    EXPECT_TRUE(holds_words("", {}));
}

}  // namespace
}  // namespace temblor
