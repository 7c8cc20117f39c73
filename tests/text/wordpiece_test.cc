#include "data/text/wordpiece.h"

#include <random>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "data/text/small_file.h"
#include "data/text/utf8_text.h"
#include "tests/text/real_data.h"
#include "tests/text/temporary_file.h"

namespace temblor {
namespace {

using Tokens = std::vector<std::string>;

const Tokens& small_vocabulary() {
    static const Tokens tokens = {"[PAD]",  "[UNK]",  "[CLS]",    "[SEP]",  "[MASK]",   "un",
                                  "##aff",  "##able", "cafe",     "i",      "'",        "!",
                                  "[",      "]",      "sep",      "a",      "##a",      "\u6211",
                                  "\u60F3", "\u03C3", "##\u03C3", "\u043D", "##\u0435", "istanbul",
                                  "x",      "\u0456", "$"};
    return tokens;
}

std::unique_ptr<WordPiece> make(WordPieceOptions options = {}) {
    auto vocabulary = Vocabulary::from_tokens(small_vocabulary());
    EXPECT_TRUE(vocabulary.is_ok());
    auto made = WordPiece::create(std::move(options), std::move(vocabulary).value());
    EXPECT_TRUE(made.is_ok()) << made.status().to_string();
    return std::move(made).value();
}

Tokens cut(const WordPiece& wordpiece, std::string_view text) {
    const auto pieces = wordpiece.tokenize(text);
    EXPECT_TRUE(pieces.is_ok()) << pieces.status().to_string();
    Tokens tokens;
    for (const uint32_t piece : *pieces) tokens.emplace_back(wordpiece.vocabulary().token(piece));
    return tokens;
}

TEST(WordPiece, LongestPieceFirst) {
    const auto words = make();
    EXPECT_EQ(cut(*words, "UNaffable"), (Tokens{"un", "##aff", "##able"}));
    EXPECT_EQ(cut(*words, "unaffablex"), (Tokens{"[UNK]"}));
    EXPECT_EQ(cut(*words, "aff a"), (Tokens{"[UNK]", "a"}));
    EXPECT_EQ(cut(*words, ""), Tokens{});
    EXPECT_EQ(cut(*words, " \t\r\n\u00A0\u3000"), Tokens{});
}

TEST(WordPiece, UncasedTextLosesCaseAndAccents) {
    const auto words = make();
    EXPECT_EQ(cut(*words, "CAF\u00C9 cafe\u0301"), (Tokens{"cafe", "cafe"}));
    EXPECT_EQ(cut(*words, "\u0130STANBUL"), (Tokens{"istanbul"}));
    // Final sigma has no rule of its own here: both capitals become the same letter.
    EXPECT_EQ(cut(*words, "\u03A3\u03A3"), (Tokens{"\u03C3", "##\u03C3"}));
    // The Ukrainian letter with two dots is its base letter and a mark.
    EXPECT_EQ(cut(*words, "\u0457"), (Tokens{"\u0456"}));
    WordPieceOptions cased;
    cased.lower_case = cased.strip_accents = false;
    EXPECT_EQ(cut(*make(cased), "A a caf\u00E9"), (Tokens{"[UNK]", "a", "[UNK]"}));
}

TEST(WordPiece, PunctuationAndIdeographsStandAlone) {
    const auto words = make();
    EXPECT_EQ(cut(*words, "a!!a'a$"), (Tokens{"a", "!", "!", "a", "'", "a", "$"}));
    EXPECT_EQ(cut(*words, "a\u6211\u60F3a"), (Tokens{"a", "\u6211", "\u60F3", "a"}));
    EXPECT_EQ(cut(*words, "a\u2014a"), (Tokens{"a", "[UNK]", "a"}));
}

TEST(WordPiece, SpelledSpecialTokensAreOrdinaryText) {
    const auto words = make();
    EXPECT_EQ(cut(*words, "[SEP]"), (Tokens{"[", "sep", "]"}));
    EXPECT_TRUE(words->is_special(*words->vocabulary().find("[CLS]")));
    EXPECT_TRUE(words->is_special(words->unknown()));
    EXPECT_FALSE(words->is_special(*words->vocabulary().find("un")));
}

TEST(WordPiece, ControlCharactersVanishAndLongWordsAreUnknown) {
    const auto words = make();
    EXPECT_EQ(cut(*words, std::string_view("a\0a\x7F\u200B\u00AD"
                                           "a\xFF",
                                           10)),
              (Tokens{"a", "##a", "##a"}));
    const std::string hundred(100, 'a');
    EXPECT_EQ(cut(*words, hundred).size(), 100U);
    EXPECT_EQ(cut(*words, hundred + "a"), (Tokens{"[UNK]"}));
    std::string accented;  // 101 characters before normalisation, 100 after
    for (int i = 0; i < 100; ++i) accented += "a";
    EXPECT_EQ(cut(*words, accented + "\u0301").size(), 100U);
}

TEST(WordPiece, RandomTextCoversItsLetters) {
    // Pieces put together again give the word, unless it became [UNK].
    const auto words = make();
    std::mt19937 random(11);
    const Tokens parts = {"un", "aff", "able", "a", "x", "\u043D", "\u0435", "\u03C3"};
    for (int round = 0; round < 2000; ++round) {
        std::string word;
        for (auto n = 1 + random() % 6; n > 0; --n) word += parts[random() % parts.size()];
        const Tokens tokens = cut(*words, word);
        if (tokens == Tokens{"[UNK]"}) continue;
        std::string again;
        for (const std::string& token : tokens) {
            again += again.empty() ? token : token.substr(2);
        }
        EXPECT_EQ(again, word);
    }
}

TEST(WordPiece, AnyBytesAreTaken) {
    const auto words = make();
    std::mt19937 random(13);
    for (int round = 0; round < 1000; ++round) {
        std::string text(random() % 300, '\0');
        for (char& c : text) c = static_cast<char>(random());
        const auto pieces = words->tokenize(text);
        ASSERT_TRUE(pieces.is_ok());
        for (const uint32_t piece : *pieces) ASSERT_LT(piece, words->vocabulary().size());
    }
    EXPECT_EQ(words->tokenize(std::string(kMaxTextBytes + 1, 'a')).status().code(),
              StatusCode::kResourceExhausted);
}

std::string lines(const Tokens& tokens) {
    std::string text;
    for (const std::string& token : tokens) text += token + "\n";
    return text;
}

TEST(LoadWordPiece, VocabularyFile) {
    const test::TemporaryFile uncased(lines(small_vocabulary()));
    const auto words = load_wordpiece(uncased.path());
    ASSERT_TRUE(words.is_ok()) << words.status().to_string();
    EXPECT_TRUE((*words)->options().lower_case);
    EXPECT_EQ(cut(**words, "UNAFFABLE"), (Tokens{"un", "##aff", "##able"}));
    const test::TemporaryFile cased("[UNK]\r\nA\r\na\r\n");
    const auto upper = load_wordpiece(cased.path());
    ASSERT_TRUE(upper.is_ok()) << upper.status().to_string();
    EXPECT_EQ(cut(**upper, "A a"), (Tokens{"A", "a"}));
}

TEST(LoadWordPiece, TokenizerJson) {
    const test::TemporaryFile file(R"({"model": {"type": "WordPiece", "unk_token": "<u>",
        "continuing_subword_prefix": "@@", "max_input_chars_per_word": 5,
        "vocab": {"b": 2, "<u>": 0, "@@b": 1}},
        "normalizer": {"lowercase": false, "strip_accents": null}})");
    const auto words = load_wordpiece(file.path());
    ASSERT_TRUE(words.is_ok()) << words.status().to_string();
    EXPECT_EQ(cut(**words, "bbb B bbbbbb"), (Tokens{"b", "@@b", "@@b", "<u>", "<u>"}));
    EXPECT_FALSE((*words)->options().strip_accents);
    EXPECT_EQ((*words)->options().max_word_characters, 5U);
}

TEST(LoadWordPiece, ErrorsNameFileAndField) {
    const auto refused = [](std::string_view content, std::string_view part) {
        const test::TemporaryFile file(content);
        const auto words = load_wordpiece(file.path());
        ASSERT_FALSE(words.is_ok()) << content;
        EXPECT_TRUE(words.status().message().starts_with(file.path())) << words.status().message();
        EXPECT_NE(words.status().message().find(part), std::string::npos)
            << words.status().message();
    };
    refused("", "[UNK]");
    refused("a\n\nb\n", "line 2");
    refused("[UNK]\na\na\n", "a");
    refused("{", "JSON");
    refused("{}", "model.vocab");
    refused(R"({"model": 7})", "model.vocab");
    refused(R"({"model": {"vocab": {"a": 1}}})", "model.vocab");
    refused(R"({"model": {"vocab": {"a": 0, "b": 0}}})", "\"b\"");
    refused(R"({"model": {"vocab": {"a": 0, "b": -1}}})", "\"b\"");
    refused(R"({"model": {"vocab": {"a": 0}}})", "[UNK]");
    refused(R"({"model": {"type": "BPE", "vocab": {"a": 0}}})", "BPE");
    refused(R"({"model": {"vocab": {"[UNK]": 0}, "unk_token": 5}})", "unk_token");
    EXPECT_EQ(load_wordpiece("/nonexistent/vocab.txt").status().code(), StatusCode::kNotFound);
}

std::vector<std::string> golden_texts(const std::string& path) {
    constexpr std::string_view kSeparator = "\n__ggml_vocab_test__\n";
    auto content = read_small_file(path);
    EXPECT_TRUE(content.is_ok()) << content.status().to_string();
    std::vector<std::string> texts;
    for (size_t begin = 0;;) {
        const size_t end = content->find(kSeparator, begin);
        texts.push_back(content->substr(begin, end - begin));
        if (end == std::string::npos) return texts;
        begin = end + kSeparator.size();
    }
}

TEST(LoadWordPiece, BertGoldenFiles) {
    const auto texts_path = test::real_data_file("tokenizers/golden/bert-bge.inp");
    if (!texts_path) {
        GTEST_SKIP() << "no tokenizers in " << test::real_data_folder() << " (set TEMBLOR_DATA)";
    }
    const std::vector<std::string> texts = golden_texts(*texts_path);
    const auto ids = read_small_file(*test::real_data_file("tokenizers/golden/bert-bge.out"));
    ASSERT_TRUE(ids.is_ok());
    for (const std::string file : {"vocab.txt", "tokenizer.json"}) {
        const auto path = test::real_data_file("tokenizers/bert-base-uncased/" + file);
        ASSERT_TRUE(path.has_value());
        const auto words = load_wordpiece(*path);
        ASSERT_TRUE(words.is_ok()) << words.status().to_string();
        std::istringstream expected_lines(*ids);
        for (const std::string& text : texts) {
            std::string line;
            std::getline(expected_lines, line);
            std::istringstream numbers(line);
            std::vector<uint32_t> expected;
            for (uint32_t id = 0; numbers >> id;) expected.push_back(id);
            const auto found = (*words)->tokenize(text);
            ASSERT_TRUE(found.is_ok());
            EXPECT_EQ(*found, expected) << file << ": " << text;
        }
    }
}

}  // namespace
}  // namespace temblor
