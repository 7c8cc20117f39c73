#include <cmath>
#include <map>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "data/text/text_encoder.h"

namespace temblor {
namespace {

using Words = std::vector<std::string>;

// Words of a skewed vocabulary of 60; some documents are empty.
Words random_words(std::mt19937& random, size_t most) {
    Words words(random() % (most + 1));
    for (std::string& word : words) {
        const auto first = random() % 60;
        word = "w" + std::to_string(std::min(first, random() % 60));
    }
    return words;
}

std::string joined(const Words& words) {
    std::string text;
    for (const std::string& word : words) text += word + " ";
    return text;
}

// BM25 from its definition, counting words anew for each pair.
double bm25(const std::vector<Words>& corpus, const Words& document, const Words& query, double k1,
            double b) {
    double total = 0;
    for (const Words& other : corpus) total += static_cast<double>(other.size());
    const double mean = total / static_cast<double>(corpus.size());
    double score = 0;
    for (const std::string& word : query) {
        double df = 0;
        for (const Words& other : corpus) {
            df += std::find(other.begin(), other.end(), word) != other.end() ? 1 : 0;
        }
        const auto tf = static_cast<double>(std::count(document.begin(), document.end(), word));
        if (tf == 0) continue;
        const double idf =
            std::log(1 + (static_cast<double>(corpus.size()) - df + 0.5) / (df + 0.5));
        const double length = static_cast<double>(document.size()) / mean;
        score += idf * tf * (k1 + 1) / (tf + k1 * (1 - b + b * length));
    }
    return score;
}

EncodedCorpus encode(const std::vector<std::string>& texts, const TextEncoderOptions& options) {
    auto encoder = make_document_encoder(options);
    EXPECT_TRUE(encoder.is_ok()) << encoder.status().to_string();
    for (const std::string& text : texts) EXPECT_TRUE((*encoder)->add(text).is_ok());
    auto corpus = (*encoder)->finish();
    EXPECT_TRUE(corpus.is_ok()) << corpus.status().to_string();
    return std::move(corpus).value();
}

SparseVector encode_query(const EncodedCorpus& corpus, std::string_view text) {
    const auto encoder = load_text_encoder(corpus.encoder, corpus.vocabulary);
    EXPECT_TRUE(encoder.is_ok()) << encoder.status().to_string();
    auto query = (*encoder)->encode_query(text);
    EXPECT_TRUE(query.is_ok()) << query.status().to_string();
    return std::move(query).value();
}

TEST(Bm25, InnerProductsAreBm25OnRandomCorpora) {
    for (const uint32_t seed : {1U, 2U, 3U, 4U, 5U, 6U}) {
        std::mt19937 random(seed);
        TextEncoderOptions options;
        options.language = "none";
        options.stop_words = false;
        options.k1 = 0.3 * seed;
        options.b = 0.2 * (seed - 1);
        std::vector<Words> words;
        std::vector<std::string> texts;
        for (int i = 0; i < 80; ++i) {
            words.push_back(random_words(random, 40));
            texts.push_back(joined(words.back()));
        }
        const EncodedCorpus corpus = encode(texts, options);
        ASSERT_EQ(corpus.vectors.rows(), texts.size());
        const Status valid = corpus.vectors.validate(ValueRule::kNonNegative);
        ASSERT_TRUE(valid.is_ok()) << valid.to_string();
        for (int q = 0; q < 20; ++q) {
            const Words query_words = random_words(random, 6);
            const SparseVector query = encode_query(corpus, joined(query_words) + " unknownword");
            for (size_t d = 0; d < words.size(); ++d) {
                const double expected = bm25(words, words[d], query_words, options.k1, options.b);
                const double found = inner_product(query.view(), corpus.vectors.row(d));
                ASSERT_NEAR(found, expected, 1e-6 * (1 + expected))
                    << "seed " << seed << " query " << q << " document " << d;
            }
        }
    }
}

TEST(Bm25, BothSidesCarryHalfOfTheIdf) {
    TextEncoderOptions options;
    options.k1 = 0;  // weights are sqrt(idf) alone
    const EncodedCorpus corpus = encode({"common rare rare", "common", "common other"}, options);
    const auto rare = corpus.vocabulary.find("rare");
    ASSERT_TRUE(rare.has_value());
    const double root = std::sqrt(std::log(1 + (3 - 1 + 0.5) / (1 + 0.5)));
    EXPECT_NEAR(corpus.encoder.query_weights[*rare], root, 1e-6);
    const SparseVectorView row = corpus.vectors.row(0);
    ASSERT_EQ(row.nnz(), 2U);
    EXPECT_NEAR(row.values[row.components[0] == *rare ? 0 : 1], root, 1e-6);
    EXPECT_EQ(corpus.encoder.query_weights.size(), corpus.vocabulary.size());
}

TEST(Bm25, QueriesAndDocumentsAreAnalysedAlike) {
    const EncodedCorpus corpus = encode({"Running STATINS", "caf\u00E9"}, {});
    EXPECT_EQ(encode_query(corpus, "the statin runs").nnz(), 2U);
    EXPECT_EQ(encode_query(corpus, "Cafe\u0301").nnz(), 1U);
    const SparseVector twice = encode_query(corpus, "statin statins");
    ASSERT_EQ(twice.nnz(), 1U);
    EXPECT_FLOAT_EQ(twice.values[0], 2 * encode_query(corpus, "statin").values[0]);
    EXPECT_EQ(encode_query(corpus, "nothing known").nnz(), 0U);
    EXPECT_EQ(encode_query(corpus, "").nnz(), 0U);
}

TEST(Bm25, EmptyCorporaAndDocumentsAreLegal) {
    const EncodedCorpus none = encode({}, {});
    EXPECT_EQ(none.vectors.rows(), 0U);
    EXPECT_EQ(encode_query(none, "statin").nnz(), 0U);
    const EncodedCorpus blank = encode({"", "the", "..."}, {});
    EXPECT_EQ(blank.vectors.rows(), 3U);
    EXPECT_EQ(blank.vectors.nnz(), 0U);
    EXPECT_EQ(encode_query(blank, "statin").nnz(), 0U);
}

TEST(Bm25, BadSettingsAreNamed) {
    const auto refused = [](auto change) {
        TextEncoderOptions options;
        change(options);
        const auto encoder = make_document_encoder(options);
        EXPECT_FALSE(encoder.is_ok());
        EXPECT_EQ(encoder.status().code(), StatusCode::kInvalidArgument);
        return encoder.status().message();
    };
    EXPECT_TRUE(refused([](auto& o) { o.k1 = -1; }).starts_with("k1"));
    EXPECT_TRUE(refused([](auto& o) { o.k1 = INFINITY; }).starts_with("k1"));
    EXPECT_TRUE(refused([](auto& o) { o.b = 1.5; }).starts_with("b:"));
    EXPECT_TRUE(refused([](auto& o) { o.b = NAN; }).starts_with("b:"));
    EXPECT_TRUE(refused([](auto& o) { o.language = "nowhere"; }).starts_with("language"));
    EXPECT_TRUE(refused([](auto& o) { o.kind = "tfidf"; }).starts_with("encoder"));
}

}  // namespace
}  // namespace temblor
