#include "index/payload/filter_match.h"

#include "index/payload/payload_matcher.h"
#include "tests/payload/memory_payloads.h"

namespace temblor {
namespace {

constexpr uint64_t kId = 7;

bool takes(const std::string& condition, std::string_view payload) {
    PayloadMatcher matcher;
    const auto taken =
        matcher.matches(filter_of(R"({"must":)" + condition + "}"), DocumentId(kId), payload);
    EXPECT_TRUE(taken.is_ok()) << taken.status().to_string();
    return taken.is_ok() && *taken;
}

struct Case {
    const char* condition;
    std::vector<const char*> taken;
    std::vector<const char*> refused;
};

void check(const std::vector<Case>& cases) {
    for (const Case& one : cases) {
        for (const char* payload : one.taken) {
            EXPECT_TRUE(takes(one.condition, payload)) << one.condition << " " << payload;
        }
        for (const char* payload : one.refused) {
            EXPECT_FALSE(takes(one.condition, payload)) << one.condition << " " << payload;
        }
    }
}

TEST(FilterMatch, ValuesAreComparedByType) {
    check({
        {R"({"key":"a","match":{"value":5}})",
         {R"({"a":5})", R"({"a":[1,5]})"},
         {"", "{}", R"({"a":5.0})", R"({"a":"5"})", R"({"a":[[5]]})", R"({"a":{"b":5}})",
          R"({"b":5})", R"({"a":null})", R"({"a":[]})"}},
        {R"({"key":"a","match":{"value":true}})",
         {R"({"a":true})", R"({"a":[false,true]})"},
         {R"({"a":1})", R"({"a":"true"})", R"({"a":false})"}},
        {R"({"key":"a","match":{"value":18446744073709551615}})",
         {R"({"a":18446744073709551615})"},
         {R"({"a":-1})", R"({"a":18446744073709551614})"}},
        {R"({"key":"a","match":{"any":["x",3]}})",
         {R"({"a":"x"})", R"({"a":3})"},
         {R"({"a":"3"})", R"({"a":"X"})"}},
        {R"({"key":"a","match":{"any":[]}})", {}, {"{}", R"({"a":1})"}},
        // Any element that is not listed, or of a type that is not listed; but not null.
        {R"({"key":"a","match":{"except":["x",3]}})",
         {R"({"a":"y"})", R"({"a":["x","y"]})", R"({"a":3.0})", R"({"a":true})", R"({"a":{}})",
          R"({"a":[[]]})"},
         {"{}", R"({"a":null})", R"({"a":[]})", R"({"a":["x",3,null]})"}},
        {R"({"key":"a","match":{"text":"Red, GREEN"}})",
         {R"({"a":"green and red"})", R"({"a":["x","red-green"]})"},
         {R"({"a":"red"})", R"({"a":["red","green"]})", R"({"a":"redgreen"})", R"({"a":1})"}},
        {R"({"key":"a","match":{"text":"ÉTÉ"}})", {R"({"a":"l'été"})"}, {R"({"a":"ete"})"}},
        {R"({"key":"a","match":{"text":" "}})", {R"({"a":""})"}, {R"({"a":1})", "{}"}},
    });
}

TEST(FilterMatch, RangesDoNotRound) {
    check({
        {R"({"key":"a","range":{"gt":9007199254740992}})",
         {R"({"a":9007199254740993})", R"({"a":9007199254740994.0})", R"({"a":1e300})"},
         {R"({"a":9007199254740992})", R"({"a":9007199254740992.0})", R"({"a":"9999"})"}},
        {R"({"key":"a","range":{"gte":18446744073709551615}})",
         {R"({"a":18446744073709551615})", R"({"a":18446744073709551616.0})"},
         {R"({"a":18446744073709551614})"}},
        {R"({"key":"a","range":{"gte":0,"lte":0}})",
         {R"({"a":-0.0})", R"({"a":[9,0]})"},
         {R"({"a":5e-324})", R"({"a":false})", R"({"a":null})"}},
        {R"({"key":"a","range":{"gt":1,"lt":5}})",
         {R"({"a":1.5})"},
         {R"({"a":[0,6]})", R"({"a":1})", R"({"a":5})"}},
        {R"({"key":"a","range":{"gte":"2024-05-01T12:00:00Z","lt":"2024-05-02"}})",
         {R"({"a":"2024-05-01T14:00:00+02:00"})", R"({"a":["x","2024-05-01 23:59:59.999"]})"},
         {R"({"a":"2024-05-01"})", R"({"a":1714564800})", R"({"a":"2024-05-02T00:00:00Z"})"}},
    });
}

TEST(FilterMatch, EmptyNullAndCounts) {
    check({
        {R"({"is_empty":{"key":"a"}})",
         {"", "{}", R"({"a":null})", R"({"a":[]})", R"({"b":1})"},
         {R"({"a":0})", R"({"a":""})", R"({"a":{}})", R"({"a":[null]})", R"({"a":[[]]})"}},
        {R"({"is_empty":{"key":"a[].b"}})",
         {"{}", R"({"a":[]})", R"({"a":[{}]})", R"({"a":[{"b":null},{"b":[]}]})",
          R"({"a":{"b":1}})"},
         {R"({"a":[{},{"b":1}]})"}},
        {R"({"is_null":{"key":"a"}})",
         {R"({"a":null})", R"({"a":[1,null]})"},
         {"{}", R"({"a":[]})", R"({"a":[[null]]})", R"({"a":0})"}},
        {R"({"key":"a","values_count":{"lt":1}})",
         {"{}", R"({"a":null})", R"({"a":[]})"},
         {R"({"a":0})", R"({"a":[null]})"}},
        {R"({"key":"a","values_count":{"gte":2,"lt":3}})",
         {R"({"a":[1,null]})"},
         {R"({"a":[1]})", R"({"a":[1,2,3]})", R"({"a":{"x":1,"y":2}})"}},
        {R"({"key":"a[].b","values_count":{"gte":2}})",
         {R"({"a":[{"b":1},{"b":[1,2]}]})"},
         {R"({"a":[{"b":1},{"b":2}]})"}},
    });
}

TEST(FilterMatch, KeysGoThroughObjectsAndArrays) {
    check({
        {R"({"key":"a.b","match":{"value":1}})",
         {R"({"a":{"b":1}})", R"({"a":{"b":[0,1]}})"},
         {R"({"a":[{"b":1}]})", R"({"a.b":1})"}},
        {R"({"key":"\"a.b\"","match":{"value":1}})", {R"({"a.b":1})"}, {R"({"a":{"b":1}})"}},
        {R"({"key":"a[].b","match":{"value":1}})",
         {R"({"a":[{"b":0},{"b":[1]}]})"},
         {R"({"a":{"b":1}})", R"({"a":[[{"b":1}]]})"}},
        {R"({"key":"a[][]","match":{"value":1}})", {R"({"a":[[1]]})"}, {R"({"a":[1]})"}},
        {R"({"key":"a[1]","match":{"value":1}})", {R"({"a":[0,1]})"}, {R"({"a":[1]})"}},
        {R"({"nested":{"key":"a","filter":{"must":[{"key":"x","match":{"value":1}},
                                                   {"key":"y","match":{"value":2}}]}}})",
         {R"({"a":[{"x":0},{"x":1,"y":2}]})"},
         {R"({"a":[{"x":1},{"y":2}]})", R"({"a":{"x":1,"y":2}})", "{}"}},
        {R"({"nested":{"key":"a[].b","filter":{"must_not":{"key":"x","match":{"value":1}}}}})",
         {R"({"a":[{"b":[{"x":1},{}]}]})"},
         {R"({"a":[{"b":[{"x":1},5]}]})", R"({"a":[{"b":{}}]})"}},
        {R"({"nested":{"key":"a","filter":{}}})",
         {R"({"a":[{}]})"},
         {R"({"a":[1]})", R"({"a":[]})"}},
        {R"({"nested":{"key":"a","filter":{"must":{"has_id":[7]}}}})", {R"({"a":[{}]})"}, {"{}"}},
    });
}

TEST(FilterMatch, ClausesCombine) {
    const char* a = R"({"a":1})";
    const char* ab = R"({"a":1,"b":1})";
    const std::string is_a = R"({"key":"a","match":{"value":1}})";
    const std::string is_b = R"({"key":"b","match":{"value":1}})";
    const auto taken = [](const std::string& filter, std::string_view payload) {
        return PayloadMatcher().matches(filter_of(filter), DocumentId(kId), payload).value();
    };
    EXPECT_TRUE(taken("{}", ""));
    EXPECT_TRUE(taken(R"({"must":[],"should":[],"must_not":[]})", a));
    EXPECT_FALSE(taken(R"({"must":[)" + is_a + "," + is_b + "]}", a));
    EXPECT_TRUE(taken(R"({"should":[)" + is_a + "," + is_b + "]}", a));
    EXPECT_FALSE(taken(R"({"should":[)" + is_b + "]}", a));
    EXPECT_FALSE(taken(R"({"must":[)" + is_a + R"(],"must_not":)" + is_b + "}", ab));
    const std::string both =
        R"({"min_should":{"conditions":[)" + is_a + "," + is_b + R"(],"min_count":)";
    EXPECT_TRUE(taken(both + "0}}", "{}"));
    EXPECT_TRUE(taken(both + "1}}", a));
    EXPECT_FALSE(taken(both + "2}}", a));
    EXPECT_TRUE(taken(both + "2}}", ab));
    EXPECT_FALSE(taken(both + "3}}", ab));
    EXPECT_TRUE(taken(R"({"must":{"has_id":["x",7]}})", a));
    EXPECT_TRUE(taken(R"({"must":{"has_id":["7"]}})", a));
}

TEST(FilterMatch, APayloadThatIsNoObjectIsCorruption) {
    PayloadMatcher matcher;
    for (const char* payload : {"[]", "{", "7", "nul", R"({"a":1e999})"}) {
        const auto taken = matcher.matches(Filter{}, DocumentId(kId), payload);
        ASSERT_FALSE(taken.is_ok()) << payload;
        EXPECT_EQ(taken.status().code(), StatusCode::kCorruption) << payload;
    }
    EXPECT_TRUE(matcher.matches(Filter{}, DocumentId(kId), "{}").is_ok());
}

}  // namespace
}  // namespace temblor
