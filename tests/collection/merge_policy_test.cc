#include "index/collection/merge_policy.h"

#include <algorithm>
#include <string>
#include <vector>

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

/// What is there after `groups` were written as one each.
std::vector<SegmentSize> written(const std::vector<SegmentSize>& segments,
                                 const std::vector<std::vector<size_t>>& groups) {
    std::vector<bool> gone(segments.size(), false);
    std::vector<SegmentSize> after;
    for (const auto& group : groups) {
        SegmentSize made;
        for (const size_t s : group) {
            EXPECT_FALSE(gone[s]) << "in two groups";
            gone[s] = true;
            made.live += segments[s].live;
        }
        made.rows = made.live;
        after.push_back(made);
    }
    for (size_t s = 0; s < segments.size(); ++s) {
        if (!gone[s]) after.push_back(segments[s]);
    }
    return after;
}

TEST(MergePolicy, PacksIntoFewSegmentsWithoutDeadRows) {
    constexpr uint64_t kSeed = 5;
    SplitMix random(kSeed);
    MergePolicy policy;
    policy.largest = 1'000;
    for (int round = 0; round < 500; ++round) {
        SCOPED_TRACE("seed 5, round " + std::to_string(round));
        std::vector<SegmentSize> segments(random.below(30));
        uint64_t live = 0;
        for (SegmentSize& one : segments) {
            one.live = random.below(random.below(4) == 0 ? 1'200 : 200);
            one.rows = one.live + (random.below(3) == 0 ? random.below(100) : 0);
            live += one.live;
        }
        const auto after = written(segments, policy.pack(segments));
        uint64_t left = 0;
        uint64_t too_large = 0;
        for (const SegmentSize& one : after) {
            left += one.live;
            EXPECT_EQ(one.rows, one.live);
            if (one.live > policy.largest) ++too_large;
        }
        EXPECT_EQ(left, live);
        EXPECT_EQ(too_large, static_cast<uint64_t>(std::count_if(
                                 segments.begin(), segments.end(), [&](const SegmentSize& one) {
                                     return one.live > policy.largest;
                                 })));
        // No two of them fit into one.
        EXPECT_LE(after.size(), 2 * (live / policy.largest) + 1 + too_large);
        EXPECT_TRUE(policy.pack(after).empty());
    }
}

}  // namespace
}  // namespace temblor::testing
