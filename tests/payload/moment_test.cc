#include "index/payload/moment.h"

#include <gtest/gtest.h>

#include "data/splitmix.h"

namespace temblor {
namespace {

TEST(Moment, ReadsRfc3339AndWhatQdrantReads) {
    const auto at = [](std::string_view text) {
        const auto moment = parse_moment(text);
        EXPECT_TRUE(moment.has_value()) << text;
        return moment.value_or(Moment{}).microseconds;
    };
    EXPECT_EQ(at("1970-01-01T00:00:00Z"), 0);
    EXPECT_EQ(at("1970-01-01"), 0);
    EXPECT_EQ(at("1970-01-01T00:00:01.5z"), 1'500'000);
    EXPECT_EQ(at("1970-01-01t00:00:00.0000019Z"), 1);
    EXPECT_EQ(at("1969-12-31T23:59:59.999999Z"), -1);
    EXPECT_EQ(at("1970-01-01 01:00"), 3'600'000'000);
    EXPECT_EQ(at("1970-01-01T01:00:00+01:00"), 0);
    EXPECT_EQ(at("1970-01-01T00:00:00-00:30"), 1'800'000'000);
    EXPECT_EQ(at("2024-02-29T12:00:00Z"), 1709208000000000);
    EXPECT_EQ(at("2016-12-31T23:59:60Z"), at("2016-12-31T23:59:59Z"));
}

TEST(Moment, RefusesTheRest) {
    for (const char* text : {"",
                             "2024",
                             "2024-1-1",
                             "2023-02-29",
                             "2024-13-01",
                             "2024-00-01",
                             "2024-01-32",
                             "2024-01-01T",
                             "2024-01-01T24:00:00Z",
                             "2024-01-01T00:60:00Z",
                             "2024-01-01T00:00:61Z",
                             "2024-01-01T00:00:00.",
                             "2024-01-01T00:00:00.Z",
                             "2024-01-01T00:00:00+1:00",
                             "2024-01-01T00:00:00+24:00",
                             "2024-01-01T00:00:00Zx",
                             " 2024-01-01",
                             "2024-01-01Z",
                             "+2024-01-01",
                             "10000-01-01",
                             "2024-01-01T00:00:00+0100"}) {
        EXPECT_FALSE(parse_moment(text).has_value()) << text;
    }
}

TEST(Moment, TextIsReadBack) {
    SplitMix random(3);
    const int64_t first = parse_moment("0000-01-01T00:00:00+23:59")->microseconds;
    const int64_t last = parse_moment("9999-12-31T23:59:60.999999-23:59")->microseconds;
    for (int round = 0; round < 5000; ++round) {
        int64_t at =
            first + static_cast<int64_t>(random.below(static_cast<uint64_t>(last - first)));
        if (round % 4 == 0) at = first + static_cast<int64_t>(random.below(86'400'000'000));
        if (round % 4 == 1) at = last - static_cast<int64_t>(random.below(86'400'000'000));
        const std::string text = to_string(Moment{at});
        const auto again = parse_moment(text);
        ASSERT_TRUE(again.has_value()) << text;
        ASSERT_EQ(again->microseconds, at) << text;
    }
}

}  // namespace
}  // namespace temblor
