#include "data/text/analyzer.h"

#include <algorithm>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "data/text/stop_words.h"
#include "data/text/utf8_text.h"

namespace temblor {
namespace {

using Terms = std::vector<std::string>;

Terms analyze(std::string_view text, const AnalyzerOptions& options) {
    const auto analyzer = Analyzer::create(options);
    EXPECT_TRUE(analyzer.is_ok()) << analyzer.status().to_string();
    auto terms = (*analyzer)->terms(text);
    EXPECT_TRUE(terms.is_ok()) << terms.status().to_string();
    return std::move(terms).value();
}

Terms plain(std::string_view text) { return analyze(text, {"none", false}); }

TEST(Analyzer, StemsEnglishAndLeavesStopWordsOut) {
    EXPECT_EQ(analyze("The statins and the running of Cancers", {}),
              (Terms{"statin", "run", "cancer"}));
    EXPECT_EQ(analyze("The statins", {"english", false}), (Terms{"the", "statin"}));
    EXPECT_EQ(analyze("the statins", {"none", true}), (Terms{"the", "statins"}));
    EXPECT_EQ(analyze("Die Häuser", {"german", true}), (Terms{"die", "haus"}));
}

TEST(Analyzer, ComposedAndDecomposedAccentsAreTheSame) {
    EXPECT_EQ(plain("Caf\u00C9 cafe\u0301"), (Terms{"caf\u00E9", "caf\u00E9"}));
    EXPECT_EQ(plain("STRASSE stra\u00DFe"), (Terms{"strasse", "strasse"}));
    EXPECT_EQ(plain("\u03A3\u038A\u03A3\u03A5\u03A6\u039F\u03A3"),
              plain("\u03C3\u03AF\u03C3\u03C5\u03C6\u03BF\u03C2"));
}

TEST(Analyzer, CompatibilityFormsFold) {
    EXPECT_EQ(plain("\uFB01nd \uFF21\uFF22\uFF43 x\u00B2"), (Terms{"find", "abc", "x2"}));
    EXPECT_EQ(plain("soft\u00ADhyphen"), (Terms{"softhyphen"}));
    EXPECT_EQ(plain("\u00BD 1/2"), (Terms{"1", "2", "1", "2"}));
}

TEST(Analyzer, TurkishLetters) {
    EXPECT_EQ(plain("\u0130STANBUL istanbul"), (Terms{"istanbul", "istanbul"}));
    EXPECT_EQ(plain("ILIK"), (Terms{"ilik"}));
    const Terms turkish = analyze("ISPARTA \u0130zmir", {"turkish", false});
    ASSERT_EQ(turkish.size(), 2U);
    EXPECT_TRUE(turkish[0].starts_with("\u0131spar")) << turkish[0];
    EXPECT_TRUE(turkish[1].starts_with("izmir")) << turkish[1];
}

TEST(Analyzer, ApostrophesAndHyphens) {
    EXPECT_EQ(plain("don't don\u2019t"), (Terms{"don't", "don't"}));
    EXPECT_EQ(analyze("Alzheimer\u2019s 'quoted'", {}), (Terms{"alzheim", "quot"}));
    EXPECT_EQ(analyze("They\u2019re what we don\u2019t", {}), Terms{});
    EXPECT_EQ(plain("omega-3 fatty\u2010acid lib_x"),
              (Terms{"omega", "3", "fatty", "acid", "lib_x"}));
}

TEST(Analyzer, NumbersStayWhole) {
    EXPECT_EQ(plain("0.46, 31,236 and 60.2%"), (Terms{"0.46", "31,236", "and", "60.2"}));
    EXPECT_EQ(plain("\u0663\u0664"), (Terms{"\u0663\u0664"}));
}

TEST(Analyzer, ScriptsWithoutBlanks) {
    const Terms chinese = plain("\u6211\u60F3\u5728\u82F9\u679C\u516C\u53F8\u5DE5\u4F5C");
    EXPECT_GT(chinese.size(), 3U);
    EXPECT_LT(chinese.size(), 9U);
    EXPECT_NE(std::find(chinese.begin(), chinese.end(), "\u5DE5\u4F5C"), chinese.end());
    EXPECT_GT(
        plain("\u0E2A\u0E27\u0E31\u0E2A\u0E14\u0E35\u0E0A\u0E32\u0E27\u0E42\u0E25\u0E01").size(),
        1U);
    EXPECT_EQ(plain("\uC548\uB155 \uC138\uACC4"), (Terms{"\uC548\uB155", "\uC138\uACC4"}));
}

TEST(Analyzer, EmojiAreWordsAndPunctuationIsNot) {
    EXPECT_EQ(plain("go \U0001F680!"), (Terms{"go", "\U0001F680"}));
    EXPECT_EQ(plain("... -- \u00A9 # \u2014 $"), Terms{});
    // A family joined by ZWJ falls into its members.
    EXPECT_EQ(plain("\U0001F468\u200D\U0001F469"), (Terms{"\U0001F468", "\U0001F469"}));
}

TEST(Analyzer, IllFormedBytesSeparateWords) {
    EXPECT_EQ(plain("abc\xFF\xFE"
                    "def"),
              (Terms{"abc", "def"}));
    EXPECT_EQ(plain("\xC3"), Terms{});
    EXPECT_EQ(plain("ab\xE2\x82"), (Terms{"ab"}));
    EXPECT_EQ(plain(std::string_view("a\0b", 3)), (Terms{"a", "b"}));
    EXPECT_EQ(plain("\xED\xA0\x80x"), (Terms{"x"}));
    EXPECT_EQ(plain(""), Terms{});
}

TEST(Analyzer, LongRunsAreLeftOut) {
    const std::string fits(Analyzer::kMaxTermBytes, 'a');
    EXPECT_EQ(plain(fits + " " + fits + "a b"), (Terms{fits, "b"}));
    const std::string marks = "a" + std::string(1000, '\'') + "b";
    EXPECT_EQ(plain(marks), (Terms{"a", "b"}));
}

TEST(Analyzer, RandomBytesGiveWellFormedTerms) {
    const auto analyzer = Analyzer::create({});
    ASSERT_TRUE(analyzer.is_ok());
    std::mt19937 random(7);
    for (int round = 0; round < 500; ++round) {
        std::string text(random() % 200, '\0');
        for (char& c : text) c = static_cast<char>(random());
        const auto terms = (*analyzer)->terms(text);
        ASSERT_TRUE(terms.is_ok());
        for (const std::string& term : *terms) {
            const auto decoded = decode_utf8(term);
            ASSERT_TRUE(decoded.is_ok());
            EXPECT_FALSE(term.empty());
            EXPECT_EQ(decoded->indexOf(static_cast<char16_t>(0xFFFD)), -1) << "round " << round;
        }
    }
}

TEST(Analyzer, TextBeyondTheLimitIsRefused) {
    const auto analyzer = Analyzer::create({});
    ASSERT_TRUE(analyzer.is_ok());
    const auto terms = (*analyzer)->terms(std::string(kMaxTextBytes + 1, ' '));
    ASSERT_FALSE(terms.is_ok());
    EXPECT_EQ(terms.status().code(), StatusCode::kResourceExhausted);
}

TEST(Analyzer, UnknownLanguageNamesTheKnownOnes) {
    const auto analyzer = Analyzer::create({"klingon", true});
    ASSERT_FALSE(analyzer.is_ok());
    EXPECT_EQ(analyzer.status().code(), StatusCode::kInvalidArgument);
    EXPECT_NE(analyzer.status().message().find("klingon"), std::string::npos);
    EXPECT_NE(analyzer.status().message().find("german"), std::string::npos);
}

TEST(Analyzer, ThreadsDoNotDisturbEachOther) {
    const auto analyzer = Analyzer::create({});
    ASSERT_TRUE(analyzer.is_ok());
    const std::vector<std::string> texts = {
        "Statin use and breast cancer survival in 31,236 cases",
        "\u6211\u60F3\u5728\u82F9\u679C\u516C\u53F8\u5DE5\u4F5C",
        "A nationwide cohort study from Finland, running running running"};
    std::vector<Terms> expected;
    for (const auto& text : texts) expected.push_back((*analyzer)->terms(text).value());
    std::vector<std::thread> threads;
    std::vector<int> wrong(4);
    for (size_t t = 0; t < wrong.size(); ++t) {
        threads.emplace_back([&, t] {
            for (size_t i = 0; i < 300; ++i) {
                const size_t which = (i + t) % texts.size();
                const auto terms = (*analyzer)->terms(texts[which]);
                if (!terms.is_ok() || *terms != expected[which]) ++wrong[t];
            }
        });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(wrong, std::vector<int>(4));
}

TEST(StopWords, OnlyEnglishHasThem) {
    EXPECT_TRUE(is_stop_word("english", "the"));
    EXPECT_TRUE(is_stop_word("english", "don't"));
    EXPECT_FALSE(is_stop_word("english", "cancer"));
    EXPECT_FALSE(is_stop_word("german", "the"));
    EXPECT_FALSE(is_stop_word("english", ""));
}

}  // namespace
}  // namespace temblor
