#include "index/payload/filter_parser.h"

#include "tests/payload/memory_payloads.h"
#include "tests/payload/random_filters.h"

namespace temblor {
namespace {

TEST(FilterParser, ErrorsNameThePlace) {
    struct Wrong {
        const char* json;
        const char* message;
    };
    const Wrong table[] = {
        {"", "filter: not valid JSON"},
        {"{", "filter: not valid JSON"},
        {"[]", "filter: expected an object, got an array"},
        {R"({"must":[{}]})", "filter.must[0]: expected one of match, range"},
        {R"({"must":[{"should":[]}]})", "filter.must[0]: a condition that says nothing"},
        {R"({"must":7})",
         "filter.must: expected a condition or an array of conditions, got an integer"},
        {R"({"must":[7]})", "filter.must[0]: expected an object, got an integer"},
        {R"({"musty":[]})", "filter.musty: unknown member"},
        {R"({"must":[],"must":[]})", "filter.must: given twice"},
        {R"({"must":{"key":"a"}})", "filter.must: expected one of match"},
        {R"({"must":{"match":{"value":1}}})", "filter.must.key: missing"},
        {R"({"must":{"key":1,"match":{"value":1}}})",
         "filter.must.key: expected a string, got an integer"},
        {R"({"must":{"key":"","match":{"value":1}}})",
         "filter.must.key: key '': character 0: expected a name"},
        {R"({"must":{"key":"a.","match":{"value":1}}})",
         "filter.must.key: key 'a.': character 2: expected a name"},
        {R"({"must":{"key":"a[","match":{"value":1}}})",
         "filter.must.key: key 'a[': character 2: expected ']'"},
        {R"({"must":{"key":"a","match":{}}})",
         "filter.must.match: expected one of value, any, except, text"},
        {R"({"must":{"key":"a","match":{"value":1,"any":[1]}}})",
         "filter.must.match: expected one of"},
        {R"({"must":{"key":"a","match":{"value":1.5}}})",
         "filter.must.match.value: expected a string, an integer or a boolean, got a number with a "
         "fraction"},
        {R"({"must":{"key":"a","match":{"value":null}}})", "filter.must.match: expected one of"},
        {R"({"must":{"key":"a","match":{"any":1}}})",
         "filter.must.match.any: expected an array, got an integer"},
        {R"({"must":{"key":"a","match":{"any":[1,[2]]}}})",
         "filter.must.match.any[1]: expected a string"},
        {R"({"must":{"key":"a","match":{"except":[null]}}})",
         "filter.must.match.except[0]: expected a string"},
        {R"({"must":{"key":"a","match":{"text":5}}})",
         "filter.must.match.text: expected a string, got an integer"},
        {R"({"must":{"key":"a","match":{"valu":5}}})",
         "filter.must.match.valu: unknown member (known here: value, any, except, text)"},
        {R"({"must":[{"is_null":{"key":"a"}},{"is_null":{"key":"a"}},{"key":"a","range":{"lt":1,"gte":"5"}}]})",
         "filter.must[2].range.gte: expected a number, got a string"},
        {R"({"must":{"key":"a","range":{"gt":"x"}}})",
         "filter.must.range.gt: expected a number or an RFC 3339"},
        {R"({"must":{"key":"a","range":{"gt":"2024-01-01","lt":5}}})",
         "filter.must.range.lt: expected an RFC 3339 date and time, got an integer"},
        {R"({"must":{"key":"a","range":{}}})", "filter.must.range: expected one or more of gt"},
        {R"({"must":{"key":"a","range":[]}})",
         "filter.must.range: expected an object, got an array"},
        {R"({"must":{"key":"a","range":{"gt":true}}})",
         "filter.must.range.gt: expected a number, got a boolean"},
        {R"({"must":{"key":"a","values_count":{"gt":-1}}})",
         "filter.must.values_count.gt: expected an unsigned integer, got an integer"},
        {R"({"must":{"key":"a","values_count":{}}})",
         "filter.must.values_count: expected one or more"},
        {R"({"must":{"key":"a","match":{"value":1},"range":{"gt":1}}})",
         "filter.must: expected one of match"},
        {R"({"must":{"key":"a","is_empty":{"key":"b"}}})",
         "filter.must.key: does not go with is_empty"},
        {R"({"must":{"is_empty":{}}})", "filter.must.is_empty.key: missing"},
        {R"({"must":{"is_null":"a"}})", "filter.must.is_null: expected an object, got a string"},
        {R"({"must":{"has_id":5}})", "filter.must.has_id: expected an array, got an integer"},
        {R"({"must":{"has_id":[5,-1]}})",
         "filter.must.has_id[1]: expected an unsigned integer or a string"},
        {R"({"must":{"nested":{"key":"a"}}})", "filter.must.nested.filter: missing"},
        {R"({"must":{"nested":{"key":"a","filter":{"must":[{"key":"b","match":{"value":{}}}]}}}})",
         "filter.must.nested.filter.must[0].match.value: expected a string"},
        {R"({"min_should":{"conditions":[]}})", "filter.min_should.min_count: missing"},
        {R"({"min_should":{"min_count":1}})", "filter.min_should.conditions: missing"},
        {R"({"min_should":{"conditions":[],"min_count":-1}})",
         "filter.min_should.min_count: expected an unsigned integer"},
        {R"({"should":[{"must":[{"x":1}]}]})", "filter.should[0].must[0].x: unknown member"},
    };
    for (const Wrong& wrong : table) {
        const auto filter = parse_filter(wrong.json);
        ASSERT_FALSE(filter.is_ok()) << wrong.json;
        EXPECT_EQ(filter.status().code(), StatusCode::kInvalidArgument) << wrong.json;
        EXPECT_EQ(filter.status().message().substr(0, std::string_view(wrong.message).size()),
                  wrong.message)
            << wrong.json;
    }
}

std::string nested_to(size_t depth) {
    std::string json = R"({"must":{"is_null":{"key":"a"}}})";
    for (size_t level = 1; level < depth; ++level) json = R"({"must":[)" + json + "]}";
    return json;
}

TEST(FilterParser, DepthAndValuesAreBounded) {
    EXPECT_TRUE(parse_filter(nested_to(kMaxFilterDepth)).is_ok());
    const auto deep = parse_filter(nested_to(kMaxFilterDepth + 1));
    ASSERT_FALSE(deep.is_ok());
    EXPECT_NE(deep.status().message().find("more than 32 deep"), std::string::npos);

    const auto listing = [](size_t values) {
        std::string json = R"({"must":{"key":"a","match":{"any":[0)";
        for (size_t i = 1; i < values; ++i) json += "," + std::to_string(i);
        return json + "]}}}";
    };
    EXPECT_TRUE(parse_filter(listing(kMaxFilterValues - 1)).is_ok());
    const auto many = parse_filter(listing(kMaxFilterValues));
    ASSERT_FALSE(many.is_ok());
    EXPECT_EQ(many.status().message().find("filter.must.match.any[65535]: more than"), 0U)
        << many.status().message();
}

TEST(FilterParser, CanonicalTextIsTheSameForTheSameFilter) {
    EXPECT_EQ(to_json(filter_of(R"({ "must" : {"match":{"value":7},"key":"\"a\".b"},
                                      "should": null })")),
              R"({"must":[{"key":"a.b","match":{"any":[7]}}]})");
    EXPECT_EQ(
        to_json(filter_of(R"({"must":[{"key":"x","match":{"any":["b","a",2,1,"a",true]}}]})")),
        R"({"must":[{"key":"x","match":{"any":[true,1,2,"a","b"]}}]})");
    EXPECT_EQ(to_json(filter_of(R"({"must":[{"key":"x","range":{"lt":5.0,"gt":-0.0}}]})")),
              R"({"must":[{"key":"x","range":{"gt":0,"lt":5}}]})");
    EXPECT_EQ(to_json(filter_of(R"({"must":[{"has_id":["x","550E8400E29B41D4A716446655440000",7,
                                    "550e8400-e29b-41d4-a716-446655440000","7"]}]})")),
              R"({"must":[{"has_id":[7,"550e8400-e29b-41d4-a716-446655440000","x"]}]})");
    EXPECT_EQ(
        to_json(filter_of(R"({"must":[{"key":"x","range":{"lt":"2024-05-01T12:00:00+02:00"}}]})")),
        R"({"must":[{"key":"x","range":{"lt":"2024-05-01T10:00:00.000000Z"}}]})");
    EXPECT_EQ(to_json(Filter{}), "{}");
}

TEST(FilterParser, CanonicalTextIsReadBackAsTheSameFilter) {
    const uint64_t seed = 11;
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomFilters random(seed);
    for (int round = 0; round < 3000; ++round) {
        const Filter filter = filter_of(random.filter(3));
        const std::string text = to_json(filter);
        const Filter again = filter_of(text);
        ASSERT_TRUE(again == filter) << text;
        ASSERT_EQ(to_json(again), text);
    }
}

}  // namespace
}  // namespace temblor
