#include "server/http/http_request.h"

#include <gtest/gtest.h>

#include "data/splitmix.h"
#include "tests/data/test_files.h"

namespace temblor::testing {
namespace {

using Segments = std::vector<std::string>;

Segments segments_of(std::string_view target) {
    HttpHead head;
    const Status status = parse_target(target, head);
    EXPECT_TRUE(status.is_ok()) << target << ": " << status.to_string();
    return head.segments;
}

void expect_refused(std::string_view target, const std::string& part) {
    HttpHead head;
    EXPECT_ERROR(parse_target(target, head), StatusCode::kInvalidArgument, "target", part);
}

TEST(HttpRequestTest, SegmentsAreDecodedOneByOne) {
    EXPECT_EQ(segments_of("/"), Segments());
    EXPECT_EQ(segments_of("/a"), Segments{"a"});
    EXPECT_EQ(segments_of("/a/"), Segments{"a"});
    EXPECT_EQ(segments_of("/a/b%2Fc"), (Segments{"a", "b/c"}));
    EXPECT_EQ(segments_of("/%E6%9D%B1/%C3%A4"), (Segments{"東", "ä"}));
    EXPECT_EQ(segments_of("/a%20b+c"), Segments{"a b+c"});
    EXPECT_EQ(segments_of("/...%2E/.a"), (Segments{"....", ".a"}));
    EXPECT_EQ(segments_of("/a%252Fb"), Segments{"a%2Fb"});
}

TEST(HttpRequestTest, WaysUpAreRefused) {
    for (const char* target : {"/..", "/a/../b", "/%2e%2e", "/a/%2E./b", "/.%2e/", "/a/.."})
        expect_refused(target, "'..'");
    for (const char* target : {"/.", "/a/./b", "/%2e/a"}) expect_refused(target, "'.'");
}

TEST(HttpRequestTest, BadTargetsAreRefused) {
    for (const char* target : {"//", "//a", "/a//b", "/a///"}) expect_refused(target, "empty");
    for (const char* target : {"/%FF", "/a%C3", "/%ED%A0%80", "/a%00b"})
        expect_refused(target, "UTF-8");
    for (const char* target : {"", "a", "*", "http://host/a", "/a%2", "/%zz", "/a b", "/a#b"})
        expect_refused(target, "");
    expect_refused("/a?x=%FF", "parameter");
    expect_refused("/a?x=%00", "parameter");
    expect_refused("/a?%C3=1", "parameter");
}

TEST(HttpRequestTest, QueryParameters) {
    HttpHead head;
    ASSERT_TRUE(parse_target("/a?wait=true&x=1&x=2&flag&e=%26%3D%20", head).is_ok());
    EXPECT_EQ(head.segments, Segments{"a"});
    EXPECT_EQ(head.target, "/a?wait=true&x=1&x=2&flag&e=%26%3D%20");
    EXPECT_EQ(head.query.at("wait"), "true");
    EXPECT_EQ(head.query.at("x"), "2");
    EXPECT_EQ(head.query.at("flag"), "");
    EXPECT_EQ(head.query.at("e"), "&= ");
    EXPECT_EQ(head.query.size(), 4U);
    ASSERT_TRUE(parse_target("/b", head).is_ok());
    EXPECT_TRUE(head.query.empty());
}

TEST(HttpRequestTest, AnySegmentComesThroughItsEncoding) {
    constexpr uint64_t kSeed = 11;
    SplitMix random(kSeed);
    for (int round = 0; round < 500; ++round) {
        std::string text;
        std::string target = "/";
        for (uint64_t i = 0; i < 1 + random.below(12); ++i)
            text += static_cast<char>(1 + random.below(127));
        if (text == "." || text == "..") continue;
        char code[4];
        for (const char c : text) {
            std::snprintf(code, sizeof code, "%%%02X", static_cast<unsigned char>(c));
            target += code;
        }
        EXPECT_EQ(segments_of(target), Segments{text}) << "seed " << kSeed;
    }
}

TEST(HttpRequestTest, HeadersLoseTheBlanksAround) {
    HttpHead head;
    head.headers.set("X-One", "\t a b \t");
    head.headers.set("X-Blank", "  ");
    EXPECT_EQ(head.header("x-one"), "a b");
    EXPECT_EQ(head.header("x-blank"), "");
    EXPECT_EQ(head.header("x-none"), "");
}

}  // namespace
}  // namespace temblor::testing
