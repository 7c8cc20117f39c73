#include "server/access_keys.h"

#include <gtest/gtest.h>

namespace temblor::testing {
namespace {

using Answer = AccessKeys::Answer;

HttpHead with(const std::string& name, const std::string& value) {
    HttpHead head;
    head.headers.set(name, value);
    return head;
}

TEST(AccessKeysTest, WithoutKeysAllIsAllowed) {
    for (const AccessKeys& keys : {AccessKeys(), AccessKeys("", "")}) {
        EXPECT_FALSE(keys.are_set());
        EXPECT_EQ(keys.check({}, Access::kWrite), Answer::kAllowed);
    }
}

TEST(AccessKeysTest, AKeyAllowsWhatItIsFor) {
    const AccessKeys keys("full", "reading");
    const auto check = [&](const char* key, Access access) {
        const Answer answer = keys.check(with("api-key", key), access);
        EXPECT_EQ(keys.check(with("Authorization", std::string("Bearer ") + key), access), answer);
        EXPECT_EQ(keys.check(with("authorization", std::string("bearer ") + key), access), answer);
        return answer;
    };
    EXPECT_EQ(check("full", Access::kWrite), Answer::kAllowed);
    EXPECT_EQ(check("full", Access::kRead), Answer::kAllowed);
    EXPECT_EQ(check("reading", Access::kRead), Answer::kAllowed);
    EXPECT_EQ(check("reading", Access::kWrite), Answer::kForbidden);
    for (const char* wrong : {"ful", "full1", "FULL", "readin", "", "x"}) {
        EXPECT_EQ(check(wrong, Access::kRead), Answer::kNoKey) << wrong;
        EXPECT_EQ(check(wrong, Access::kWrite), Answer::kNoKey) << wrong;
        EXPECT_EQ(check(wrong, Access::kPublic), Answer::kAllowed) << wrong;
    }
}

TEST(AccessKeysTest, OneKeyAlone) {
    const AccessKeys reading("", "reading");
    EXPECT_EQ(reading.check(with("api-key", "reading"), Access::kWrite), Answer::kForbidden);
    EXPECT_EQ(reading.check({}, Access::kRead), Answer::kNoKey);
    const AccessKeys full("full", "");
    EXPECT_EQ(full.check(with("api-key", ""), Access::kRead), Answer::kNoKey);
    EXPECT_EQ(full.check(with("Authorization", "Basic full"), Access::kRead), Answer::kNoKey);
    EXPECT_EQ(full.check(with("Authorization", "full"), Access::kRead), Answer::kNoKey);
    EXPECT_EQ(full.check(with("Authorization", "Bearer "), Access::kRead), Answer::kNoKey);
}

}  // namespace
}  // namespace temblor::testing
