#include "server/request_json.h"

#include <gtest/gtest.h>

#include "tests/data/test_files.h"

namespace temblor::testing {
namespace {

std::string nested(size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

ServerLimits depth_of(uint32_t depth) {
    ServerLimits limits;
    limits.json_depth = depth;
    return limits;
}

TEST(RequestJsonTest, NestingHasALimit) {
    size_t deepest = 0;
    for (size_t depth = 1; depth < 80; ++depth) {
        if (parse_json(nested(depth), "body", depth_of(64)).is_ok()) deepest = depth;
    }
    EXPECT_GE(deepest, 62U);
    EXPECT_LE(deepest, 64U);
    for (const size_t depth : {size_t{65}, size_t{10'000}, size_t{1'000'000}}) {
        EXPECT_ERROR(parse_json(nested(depth), "body", depth_of(64)), StatusCode::kInvalidArgument,
                     "body", "64 deep");
        EXPECT_ERROR(parse_json(std::string(depth, '['), "body", depth_of(64)),
                     StatusCode::kInvalidArgument, "body");
    }
    // The limit of each call counts, though a thread has one parser.
    EXPECT_TRUE(parse_json(nested(100), "body", depth_of(200)).is_ok());
    EXPECT_FALSE(parse_json(nested(100), "body", depth_of(64)).is_ok());
    EXPECT_TRUE(parse_json(nested(60), "body", depth_of(64)).is_ok());
}

TEST(RequestJsonTest, NoBodyIsAnEmptyObject) {
    HttpRequest request;
    const auto empty = parse_body(request, {});
    ASSERT_TRUE(empty.is_ok());
    EXPECT_TRUE(empty->is_object());
    request.body = " ";
    EXPECT_ERROR(parse_body(request, {}), StatusCode::kInvalidArgument, "body: expected JSON");
    for (const char* bad : {"{", "{}x", "\"\xFF\"", "nul", "1 2", "{\"a\":01}"}) {
        request.body = bad;
        EXPECT_ERROR(parse_body(request, {}), StatusCode::kInvalidArgument, "expected JSON");
    }
}

TEST(RequestJsonTest, LargeAndSmallInTurns) {
    for (const size_t size : {10U, 3'000'000U, 10U, 500'000U, 10U}) {
        const std::string text = "\"" + std::string(size, 'x') + "\"";
        const auto read = parse_json(text, "body", {});
        ASSERT_TRUE(read.is_ok());
        EXPECT_EQ(read->get_string().value().size(), size);
    }
}

TEST(RequestJsonTest, ValuesOfMembers) {
    const JsonPlace place("body.x");
    const auto element = [](std::string_view text) {
        return OptionalElement(parse_json(text, "body", {}).value());
    };
    constexpr auto kInvalid = StatusCode::kInvalidArgument;
    EXPECT_EQ(read_count({}, place, 7, 1, 10).value(), 7U);
    EXPECT_EQ(read_count(element("10"), place, 7, 1, 10).value(), 10U);
    for (const char* wrong : {"0", "11", "-1", "1.0", "1e0", "\"1\"", "18446744073709551615"})
        EXPECT_ERROR(read_count(element(wrong), place, 7, 1, 10), kInvalid, "body.x",
                     "from 1 to 10");
    EXPECT_TRUE(read_bool(element("true"), place, false).value());
    EXPECT_TRUE(read_bool({}, place, true).value());
    EXPECT_ERROR(read_bool(element("1"), place, false), kInvalid, "body.x", "true or false");
    EXPECT_EQ(read_float(element("-2"), place).value(), -2.0F);
    EXPECT_EQ(read_float({}, place).value(), std::nullopt);
    EXPECT_ERROR(read_float(element("1e39"), place), kInvalid, "body.x", "32 bits");
    EXPECT_ERROR(read_float(element("\"1\""), place), kInvalid, "body.x", "number");
    EXPECT_EQ(read_text(element("\"a\""), place, "b").value(), "a");
    EXPECT_EQ(read_text({}, place, "b").value(), "b");
    EXPECT_ERROR(read_text(element("[]"), place, "b"), kInvalid, "body.x", "string");
    EXPECT_ERROR(needed({}, place), kInvalid, "body.x", "missing");
}

}  // namespace
}  // namespace temblor::testing
