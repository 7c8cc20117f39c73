#include "server/qdrant/point_output.h"

#include <gtest/gtest.h>

#include "tests/data/test_files.h"

namespace temblor::testing {
namespace {

constexpr const char* kPayload =
    R"({"a":1,"b":{"c":[{"d":1,"e":2},{"d":3},4],"f":{"g":null}},"h.i":"x","t":["u","v"]})";

Result<PointOutput> read(const char* with_payload, const char* with_vector) {
    simdjson::dom::parser payload;
    simdjson::dom::parser vector;
    const auto of = [](simdjson::dom::parser& parser, const char* text) {
        if (text == nullptr) return OptionalElement();
        return OptionalElement(parser.parse(std::string_view(text)).value());
    };
    return PointOutput::read(of(payload, with_payload), of(vector, with_vector), true);
}

std::string shown(const char* with_payload, const char* with_vector = nullptr) {
    Point point{uint64_t{1}, kPayload, {}};
    point.vectors.push_back({"d", DenseVector{1, 0.5F}});
    SparseVector sparse;
    sparse.components = {3, 9};
    sparse.values = {0.25F, 2};
    point.vectors.push_back({"s", sparse});
    const auto output = read(with_payload, with_vector);
    if (!output.is_ok()) return output.status().to_string();
    JsonWriter json;
    json.begin_object();
    EXPECT_TRUE(output->write(point, json).is_ok());
    return json.end_object().take();
}

std::string payload(const std::string& json) { return "{\"payload\":" + json + "}"; }

TEST(PointOutputTest, AllOrNothing) {
    EXPECT_EQ(shown("true"), payload(kPayload));
    EXPECT_EQ(shown(nullptr), payload(kPayload));
    EXPECT_EQ(shown("false"), "{}");
    EXPECT_FALSE(read("false", nullptr)->parts().payload);
    EXPECT_EQ(shown("[]"), payload("{}"));
    EXPECT_EQ(shown(R"({"exclude":[]})"), payload(kPayload));
}

TEST(PointOutputTest, Included) {
    EXPECT_EQ(shown(R"(["a"])"), payload(R"({"a":1})"));
    EXPECT_EQ(shown(R"({"include":["a","t","none"]})"), payload(R"({"a":1,"t":["u","v"]})"));
    EXPECT_EQ(shown(R"(["b.f"])"), payload(R"({"b":{"f":{"g":null}}})"));
    EXPECT_EQ(shown(R"(["\"h.i\""])"), payload(R"({"h.i":"x"})"));
    EXPECT_EQ(shown(R"(["b.c[].d"])"), payload(R"({"b":{"c":[{"d":1},{"d":3}]}})"));
    EXPECT_EQ(shown(R"(["b.c.d"])"), payload(R"({"b":{"c":[{"d":1},{"d":3}]}})"));
    EXPECT_EQ(shown(R"(["a","a.x"])"), payload(R"({"a":1})"));
}

TEST(PointOutputTest, Excluded) {
    EXPECT_EQ(shown(R"({"exclude":["b","t"]})"), payload(R"({"a":1,"h.i":"x"})"));
    EXPECT_EQ(shown(R"({"exclude":["b.c","\"h.i\"","t","none.x"]})"),
              payload(R"({"a":1,"b":{"f":{"g":null}}})"));
    EXPECT_EQ(shown(R"({"exclude":["b.c[].d","t","a"]})"),
              payload(R"({"b":{"c":[{"e":2},{},4],"f":{"g":null}},"h.i":"x"})"));
    EXPECT_EQ(shown(R"({"exclude":["b.f.g","b.c","t","a","\"h.i\""]})"),
              payload(R"({"b":{"f":{}}})"));
}

TEST(PointOutputTest, Vectors) {
    EXPECT_EQ(shown("false", "true"),
              R"({"vector":{"d":[1,0.5],"s":{"indices":[3,9],"values":[0.25,2]}}})");
    EXPECT_EQ(shown("false", R"(["d"])"), R"({"vector":{"d":[1,0.5]}})");
    EXPECT_EQ(shown("false", R"(["x"])"), R"({"vector":{}})");
    EXPECT_EQ(shown("false", "[]"), "{}");
    EXPECT_EQ(shown("false", "false"), "{}");
}

TEST(PointOutputTest, WrongOnesAreNamed) {
    constexpr auto kInvalid = StatusCode::kInvalidArgument;
    EXPECT_ERROR(read("1", nullptr), kInvalid, "with_payload", "boolean");
    EXPECT_ERROR(read("{}", nullptr), kInvalid, "with_payload", "either");
    EXPECT_ERROR(read(R"({"include":["a"],"exclude":["b"]})", nullptr), kInvalid, "either");
    EXPECT_ERROR(read(R"({"included":["a"]})", nullptr), kInvalid, "included");
    EXPECT_ERROR(read(R"(["a",1])", nullptr), kInvalid, "with_payload[1]", "string");
    EXPECT_ERROR(read(R"(["a","b["])", nullptr), kInvalid, "with_payload[1]");
    EXPECT_ERROR(read(nullptr, "1"), kInvalid, "with_vector");
    EXPECT_ERROR(read(nullptr, "[1]"), kInvalid, "with_vector[0]");
}

}  // namespace
}  // namespace temblor::testing
