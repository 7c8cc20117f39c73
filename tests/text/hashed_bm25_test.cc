#include "data/text/hashed_bm25.h"

#include <cmath>
#include <limits>
#include <map>

#include <gtest/gtest.h>

#include "data/text/murmur_hash.h"

namespace temblor {
namespace {

std::shared_ptr<const Analyzer> english() {
    static const std::shared_ptr<const Analyzer> analyzer = Analyzer::create({}).value();
    return analyzer;
}

HashedBm25 hashed(const HashedBm25Options& options = {}) {
    return HashedBm25::create(english(), options).value();
}

TEST(MurmurHash, IsWhatOthersCompute) {
    EXPECT_EQ(murmur_hash(""), 0U);
    EXPECT_EQ(murmur_hash("a"), 0x3C2569B2U);
    EXPECT_EQ(murmur_hash("hello"), 0x248BFA47U);
    EXPECT_EQ(murmur_hash("hello, world"), 0x149BBB7FU);
    EXPECT_EQ(murmur_hash("The quick brown fox jumps over the lazy dog"), 0x2E4FF723U);
    EXPECT_EQ(murmur_hash("\xff"), 0xFD6CF10DU);
}

TEST(HashedBm25, ComponentsAreFastEmbeds) {
    EXPECT_EQ(HashedBm25::component_of("hello"), 613153351U);
    EXPECT_EQ(HashedBm25::component_of("world"), 74040069U);  // the hash is negative
    const SparseVector query = hashed().query("Hello worlds, hello the WORLD!").value();
    EXPECT_EQ(query.components, (std::vector<uint32_t>{74040069U, 613153351U}));
    EXPECT_EQ(query.values, (std::vector<float>{1, 1}));
}

TEST(HashedBm25, DocumentsAreSaturatedAndNormalised) {
    const std::string text =
        "Statins lower cholesterol. A statin is a drug, and statins are drugs that many take; "
        "cholesterol is a lipid.";
    for (const HashedBm25Options& options :
         {HashedBm25Options{}, HashedBm25Options{{0.9, 0.4}, 5}, HashedBm25Options{{0, 0.75}, 256},
          HashedBm25Options{{1.2, 0}, 1}, HashedBm25Options{{2, 1}, 1e-3}}) {
        std::map<uint32_t, double> counts;
        double length = 0;
        const std::vector<std::string> terms = english()->terms(text).value();
        for (const std::string& term : terms) {
            ++counts[HashedBm25::component_of(term)];
            ++length;
        }
        ASSERT_LT(counts.size(), terms.size());
        const auto& [k, b] = options.saturation;
        const SparseVector document = hashed(options).document(text).value();
        ASSERT_EQ(document.nnz(), counts.size());
        size_t i = 0;
        for (const auto& [component, tf] : counts) {
            EXPECT_EQ(document.components[i], component);
            const double weight =
                tf * (k + 1) / (tf + k * (1 - b + b * length / options.average_length));
            EXPECT_FLOAT_EQ(document.values[i++], static_cast<float>(weight));
        }
        const SparseVector query = hashed(options).query(text).value();
        EXPECT_EQ(query.components, document.components);
    }
}

TEST(HashedBm25, TextWithoutTermsIsEmpty) {
    for (const char* text : {"", " \n", "the of and", "?!", "\xff\xfe"}) {
        EXPECT_EQ(hashed().document(text).value().nnz(), 0U) << text;
        EXPECT_EQ(hashed().query(text).value().nnz(), 0U) << text;
    }
}

TEST(HashedBm25, OptionsOutOfRangeAreNamed) {
    constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    const auto refused = [](const HashedBm25Options& options, const char* name) {
        const auto made = HashedBm25::create(english(), options);
        ASSERT_FALSE(made.is_ok());
        EXPECT_EQ(made.status().code(), StatusCode::kInvalidArgument);
        EXPECT_TRUE(made.status().message().starts_with(name)) << made.status().to_string();
    };
    for (const double k : {-1.0, kNan, kInfinity, 1e7}) refused({{k, 0.75}, 256}, "k: ");
    for (const double b : {-0.1, 1.1, kNan}) refused({{1.2, b}, 256}, "b: ");
    for (const double length : {0.0, -1.0, kNan, kInfinity})
        refused({{1.2, 0.75}, length}, "avg_len: ");
    // At the bounds weights still are finite.
    const SparseVector document =
        hashed({{HashedBm25Options::kMaxSaturation, 1}, 1e300}).document("one").value();
    EXPECT_TRUE(std::isfinite(document.values.at(0)));
}

}  // namespace
}  // namespace temblor
