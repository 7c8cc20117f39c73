#include "index/payload/payload_index.h"

#include "tests/payload/memory_payloads.h"

namespace temblor {
namespace {

Condition condition_of(std::string_view json) {
    return filter_of(R"({"must":)" + std::string(json) + "}").must.at(0);
}

using Rows = std::vector<uint32_t>;

struct Expected {
    const char* condition;
    Rows certain;
    Rows uncertain;
};

void check(const char* key, PayloadType type, const std::vector<const char*>& payloads,
           const std::vector<Expected>& expected) {
    MemoryPayloads source;
    for (const char* payload : payloads) source.add(source.rows(), payload);
    source.add_index(key, type);
    for (const Expected& one : expected) {
        const auto answer = source.index(key)->rows(condition_of(one.condition));
        ASSERT_TRUE(answer.has_value()) << one.condition;
        EXPECT_EQ(rows_of(answer->certain), one.certain) << one.condition;
        EXPECT_EQ(rows_of(answer->uncertain), one.uncertain) << one.condition;
    }
}

TEST(PayloadIndex, KeywordsAreCertainOfStrings) {
    check("a", PayloadType::kKeyword,
          {R"({"a":"x"})", R"({"a":["y","x"]})", R"({"a":["x",5]})", R"({"a":null})", "{}"},
          {{R"({"key":"a","match":{"value":"x"}})", {0, 1, 2}, {}},
           {R"({"key":"a","match":{"any":["y",5]}})", {1}, {2}},
           {R"({"key":"a","match":{"except":["x"]}})", {1}, {2}},
           {R"({"key":"a","match":{"text":"X"}})", {0, 1, 2}, {}},
           {R"({"key":"a","range":{"gt":0}})", {}, {2}},
           {R"({"is_empty":{"key":"a"}})", {3, 4}, {}},
           {R"({"is_null":{"key":"a"}})", {3}, {}},
           {R"({"key":"a","values_count":{"gt":0}})", {0, 1, 2}, {}},
           {R"({"key":"a","values_count":{"lt":2}})", {3, 4}, {0, 1, 2}}});
}

TEST(PayloadIndex, IntegersAreCertainOfIntegers) {
    check("a", PayloadType::kInteger,
          {R"({"a":5})", R"({"a":5.0})", R"({"a":[9223372036854775807,"x"]})",
           R"({"a":9223372036854775808})"},
          {{R"({"key":"a","match":{"value":5}})", {0}, {}},
           {R"({"key":"a","match":{"value":9223372036854775808}})", {}, {1, 2, 3}},
           {R"({"key":"a","range":{"gt":4}})", {0, 2}, {1, 3}},
           {R"({"key":"a","range":{"gte":9223372036854775807.0}})", {}, {1, 2, 3}},
           {R"({"key":"a","match":{"except":[5]}})", {2}, {1, 3}}});
}

TEST(PayloadIndex, FloatsAreCertainOfRangesOnly) {
    check("a", PayloadType::kFloat,
          {R"({"a":5})", R"({"a":5.0})", R"({"a":9007199254740993})", R"({"a":-0.0})"},
          {{R"({"key":"a","match":{"value":5}})", {}, {0, 1}},
           {R"({"key":"a","range":{"gte":5,"lt":6}})", {0, 1}, {2}},
           {R"({"key":"a","range":{"gte":0,"lte":0}})", {3}, {2}},
           {R"({"key":"a","match":{"value":9007199254740993}})", {}, {2}}});
}

TEST(PayloadIndex, MomentsAreCertainOfRanges) {
    check("a", PayloadType::kDatetime,
          {R"({"a":"2024-05-01T12:00:00Z"})", R"({"a":"2024-05-01T14:00:00+02:00"})",
           R"({"a":"soon"})"},
          {{R"({"key":"a","range":{"gte":"2024-05-01T12:00:00Z"}})", {0, 1}, {}},
           {R"({"key":"a","match":{"value":"2024-05-01T12:00:00Z"}})", {}, {0, 1}},
           {R"({"key":"a","match":{"value":"soon"}})", {}, {2}}});
}

TEST(PayloadIndex, OtherKeysAndCountsUnderForksAreNotAnswered) {
    MemoryPayloads source;
    source.add(uint64_t{0}, R"({"a":[{"b":1}]})");
    source.add_index("a[].b", PayloadType::kInteger);
    const PayloadIndex& index = *source.index("a[].b");
    EXPECT_TRUE(index.rows(condition_of(R"({"key":"a[].b","match":{"value":1}})")).has_value());
    EXPECT_FALSE(index.rows(condition_of(R"({"key":"a","match":{"value":1}})")).has_value());
    EXPECT_FALSE(index.rows(condition_of(R"({"has_id":[1]})")).has_value());
    EXPECT_FALSE(
        index.rows(condition_of(R"({"key":"a[].b","values_count":{"gt":0}})")).has_value());
}

TEST(PayloadIndex, RowsLeftOutCountAsEmpty) {
    PayloadIndexBuilder builder(key_of("a"), PayloadType::kBool);
    ASSERT_TRUE(builder.add(3, R"({"a":true})").is_ok());
    ASSERT_TRUE(builder.add(5, R"({"a":[true,false]})").is_ok());
    EXPECT_EQ(builder.add(6, "[").code(), StatusCode::kCorruption);
    const auto index = open_index(builder.finish(8));
    ASSERT_TRUE(index.is_ok()) << index.status().to_string();
    EXPECT_EQ(index->rows(), 8U);
    EXPECT_EQ(rows_of(index->rows(condition_of(R"({"is_empty":{"key":"a"}})"))->certain),
              (Rows{0, 1, 2, 4, 6, 7}));
    EXPECT_EQ(rows_of(index->rows(condition_of(R"({"key":"a","match":{"value":false}})"))->certain),
              (Rows{5}));
}

TEST(PayloadIndex, NoRowsGiveAnIndexOfNothing) {
    for (int type = 1; type <= 5; ++type) {
        PayloadIndexBuilder builder(key_of("a"), static_cast<PayloadType>(type));
        const auto index = open_index(builder.finish());
        ASSERT_TRUE(index.is_ok()) << index.status().to_string();
        EXPECT_TRUE(index->validate().is_ok());
        const auto answer = index->rows(condition_of(R"({"key":"a","match":{"except":[1]}})"));
        ASSERT_TRUE(answer.has_value());
        EXPECT_TRUE((answer->certain | answer->uncertain).isEmpty());
    }
}

TEST(PayloadType, NamesAreReadBack) {
    for (int type = 1; type <= 6; ++type) {
        const auto one = static_cast<PayloadType>(type);
        EXPECT_EQ(parse_payload_type(payload_type_name(one)).value(), one);
    }
    EXPECT_EQ(parse_payload_type("geo").status().code(), StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace temblor
