#include "cli/query_input.h"

#include <gtest/gtest.h>

namespace temblor::cli {
namespace {

Vocabulary tokens() { return std::move(Vocabulary::from_tokens({"heart", "lung", "7"})).value(); }

TEST(QueryVector, TokensOfTheVocabulary) {
    const auto query = parse_query_vector(R"({"lung": 0.5, "heart": 2, "spleen": 1})", tokens());
    ASSERT_TRUE(query.is_ok()) << query.status().to_string();
    EXPECT_EQ(query->vector.components, (std::vector<uint32_t>{0, 1}));
    EXPECT_EQ(query->vector.values, (std::vector<float>{2, 0.5F}));
    EXPECT_EQ(query->unknown_tokens, 1U);
}

TEST(QueryVector, NumbersWithoutAVocabulary) {
    const auto query = parse_query_vector(R"({"12": 1, "4": 2})", Vocabulary());
    ASSERT_TRUE(query.is_ok());
    EXPECT_EQ(query->vector.components, (std::vector<uint32_t>{4, 12}));
    EXPECT_FALSE(parse_query_vector(R"({"lung": 1})", Vocabulary()).is_ok());
    EXPECT_FALSE(parse_query_vector(R"({"4294967296": 1})", Vocabulary()).is_ok());
}

TEST(QueryVector, IndicesAndValues) {
    const auto query =
        parse_query_vector(R"({"indices": [9, 3, 4294967295], "values": [1, 2, 3.5]})", tokens());
    ASSERT_TRUE(query.is_ok());
    EXPECT_EQ(query->vector.components, (std::vector<uint32_t>{3, 9, 4294967295}));
    EXPECT_EQ(query->vector.values, (std::vector<float>{2, 1, 3.5F}));
}

TEST(QueryVector, EmptyIsLegal) {
    const auto query = parse_query_vector("{}", tokens());
    ASSERT_TRUE(query.is_ok());
    EXPECT_EQ(query->vector.nnz(), 0U);
}

TEST(QueryVector, RefusalsNameTheField) {
    const auto message = [](std::string_view json) {
        const auto query = parse_query_vector(json, tokens());
        if (query.is_ok()) return std::string("accepted");
        EXPECT_EQ(query.status().code(), StatusCode::kInvalidArgument);
        return query.status().message();
    };
    const auto expect = [&](std::string_view json, std::string_view part) {
        EXPECT_NE(message(json).find(part), std::string::npos) << json << ": " << message(json);
    };
    expect("{", "not JSON");
    expect("[1]", "not a JSON object");
    expect(R"({"lung": "x"})", "lung: weight is not a number");
    expect(R"({"lung": -1})", "lung: weight -1 is negative");
    expect(R"({"lung": 1e99})", "lung: weight is not finite");
    expect(R"({"indices": [1], "values": []})", "indices has 1 entries, values 0");
    expect(R"({"indices": [1.5], "values": [1]})", "indices[0]");
    expect(R"({"indices": [-1], "values": [1]})", "indices[0]");
    expect(R"({"indices": [1, 1], "values": [1, 2]})", "repeated");
    expect(R"({"indices": [1], "values": [null]})", "values[0]");
}

}  // namespace
}  // namespace temblor::cli
