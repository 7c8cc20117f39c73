#include "index/payload/key_path.h"

#include <gtest/gtest.h>

namespace temblor {
namespace {

TEST(KeyPath, TextIsCanonical) {
    const auto text = [](std::string_view path) { return KeyPath::parse(path).value().text(); };
    EXPECT_EQ(text("a"), "a");
    EXPECT_EQ(text("\"a\".b[].c[12]"), "a.b[].c[12]");
    EXPECT_EQ(text("\"a.b\"[][0].\"\""), "\"a.b\"[][0].\"\"");
    EXPECT_EQ(text("häuser und-so_weiter"), "häuser und-so_weiter");
    EXPECT_EQ(text("a[007]"), "a[7]");
}

TEST(KeyPath, WrongTextIsRefused) {
    for (const char* path : {"", ".", "a.", ".a", "a..b", "a[", "a[]b", "a[x]", "a[-1]", "a[1",
                             "[]", "\"a", "\"a\"b", "a\"b\"", "a]", "a[99999999999999999999]"}) {
        const auto parsed = KeyPath::parse(path);
        ASSERT_FALSE(parsed.is_ok()) << path;
        EXPECT_EQ(parsed.status().code(), StatusCode::kInvalidArgument);
    }
}

TEST(KeyPath, PathsJoinThroughElements) {
    const KeyPath inner = KeyPath::parse("x.y").value();
    EXPECT_EQ(KeyPath::parse("a").value().through_elements(inner).text(), "a[].x.y");
    EXPECT_EQ(KeyPath::parse("a[]").value().through_elements(inner).text(), "a[].x.y");
    EXPECT_TRUE(KeyPath::parse("a[].b").value().forks());
    EXPECT_FALSE(KeyPath::parse("a[0].b").value().forks());
}

}  // namespace
}  // namespace temblor
