#include "index/collection/merge_policy.h"

#include <numeric>

#include <gtest/gtest.h>

#include "data/splitmix.h"

namespace temblor::testing {
namespace {

TEST(MergePolicy, MergesAFullClassAndSparesTheRest) {
    MergePolicy policy;
    policy.factor = 3;
    policy.smallest = 100;
    policy.largest = 10'000;
    EXPECT_TRUE(policy.choose({}).empty());
    EXPECT_TRUE(policy.choose({{100, 100}, {90, 90}}).empty());
    EXPECT_EQ(policy.choose({{100, 100}, {5000, 5000}, {90, 90}, {80, 80}}),
              (std::vector<size_t>{0, 2, 3}));
    // Too many dead rows: written anew, alone.
    EXPECT_EQ(policy.choose({{100, 70}, {5000, 5000}}), (std::vector<size_t>{0}));
    EXPECT_EQ(policy.choose({{100, 0}}), (std::vector<size_t>{0}));
    // Never past the largest size.
    EXPECT_TRUE(policy.choose({{9000, 9000}, {9000, 9000}, {9000, 9000}}).empty());
}

TEST(MergePolicy, KeepsFewSegmentsAndRewritesEachPointFewTimes) {
    MergePolicy policy;
    policy.factor = 4;
    policy.smallest = 100;
    policy.largest = 1'000'000;
    std::vector<SegmentSize> segments;
    uint64_t written = 0;
    constexpr uint64_t kSeals = 2000;
    size_t most = 0;
    for (uint64_t i = 0; i < kSeals; ++i) {
        segments.push_back({100, 100});
        for (std::vector<size_t> chosen; !(chosen = policy.choose(segments)).empty();) {
            SegmentSize merged;
            for (auto at = chosen.rbegin(); at != chosen.rend(); ++at) {
                merged.live += segments[*at].live;
                segments.erase(segments.begin() + static_cast<ptrdiff_t>(*at));
            }
            merged.rows = merged.live;
            written += merged.rows;
            segments.push_back(merged);
        }
        most = std::max(most, segments.size());
    }
    EXPECT_LE(most, 3U * 7U);
    EXPECT_LE(written, kSeals * 100 * 7);
}

}  // namespace
}  // namespace temblor::testing
