#include "query/collection/fusion.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <tuple>

#include <gtest/gtest.h>

#include "data/splitmix.h"
#include "query/collection/staged_search.h"

namespace temblor::testing {
namespace {

constexpr uint64_t kFusionSeed = 41;

using Hits = std::vector<CollectionHit>;

CollectionHit hit(uint64_t number, float score) { return {number, number, score}; }

/// Lists in the order that searches give, over `pool` points; scores are often equal.
std::vector<Hits> random_lists(SplitMix& random, uint64_t pool) {
    std::vector<Hits> lists(random.below(5));
    for (Hits& list : lists) {
        for (uint64_t point = 0; point < pool; ++point) {
            if (random.below(2) == 0)
                list.push_back(hit(point, static_cast<float>(random.below(8)) / 4.0F - 1.0F));
        }
        std::sort(list.begin(), list.end(), [](const CollectionHit& a, const CollectionHit& b) {
            return a.score != b.score ? a.score > b.score : a.ordinal < b.ordinal;
        });
    }
    return lists;
}

/// What a list adds to a point at `rank` of it.
using Share = std::function<double(size_t list, const Hits& hits, size_t rank)>;

Hits oracle(const std::vector<Hits>& lists, uint64_t pool, const Share& share) {
    Hits fused;
    for (uint64_t point = 0; point < pool; ++point) {
        double sum = 0;
        bool is_there = false;
        for (size_t l = 0; l < lists.size(); ++l) {
            for (size_t rank = 0; rank < lists[l].size(); ++rank) {
                if (lists[l][rank].ordinal != point) continue;
                is_there = true;
                sum += share(l, lists[l], rank);
            }
        }
        if (is_there) fused.push_back(hit(point, static_cast<float>(sum)));
    }
    return fused;
}

/// The same points and scores; in falling order, ties by rising ordinal.
void expect_fused(const Hits& fused, const Hits& expected) {
    ASSERT_EQ(fused.size(), expected.size()) << "seed " << kFusionSeed;
    for (const CollectionHit& one : expected) {
        const auto at = std::find_if(fused.begin(), fused.end(), [&](const CollectionHit& other) {
            return other.ordinal == one.ordinal;
        });
        ASSERT_NE(at, fused.end());
        EXPECT_EQ(at->id, one.id);
        EXPECT_NEAR(at->score, one.score, 1e-5 * std::max(1.0F, std::abs(one.score)));
    }
    for (size_t i = 1; i < fused.size(); ++i) {
        const auto& [before, after] = std::tie(fused[i - 1], fused[i]);
        ASSERT_TRUE(before.score > after.score ||
                    (before.score == after.score && before.ordinal < after.ordinal))
            << "seed " << kFusionSeed;
    }
}

TEST(FusionTest, RanksAsTheFormulaSays) {
    SplitMix random(kFusionSeed);
    for (int round = 0; round < 200; ++round) {
        const uint64_t pool = 1 + random.below(40);
        const std::vector<Hits> lists = random_lists(random, pool);
        ReciprocalRankFusion fusion;
        fusion.k = static_cast<float>(1 + random.below(70));
        if (random.below(2) == 0) {
            for (size_t l = 0; l < lists.size(); ++l)
                fusion.weights.push_back(static_cast<float>(0.1 + random.uniform() * 3));
        }
        expect_fused(fuse_by_rank(lists, fusion),
                     oracle(lists, pool, [&](size_t l, const Hits&, size_t rank) {
                         const double weight =
                             fusion.weights.empty() ? 1 : static_cast<double>(fusion.weights[l]);
                         return 1 / (static_cast<double>(fusion.k) - 1 +
                                     static_cast<double>(rank + 1) / weight);
                     }));
    }
}

TEST(FusionTest, RanksByHand) {
    const std::vector<Hits> lists = {{hit(5, 9), hit(3, 8)}, {hit(3, 1)}, {}};
    const Hits fused = fuse_by_rank(lists, {2, {}});
    ASSERT_EQ(fused.size(), 2U);
    EXPECT_EQ(fused[0].ordinal, 3U);
    EXPECT_FLOAT_EQ(fused[0].score, 1.0F / 3 + 1.0F / 2);
    EXPECT_FLOAT_EQ(fused[1].score, 1.0F / 2);
    // Equal ones: the older first.
    const std::vector<Hits> equal = {{hit(5, 1)}, {hit(3, 1)}, {hit(4, 1)}};
    const Hits ties = fuse_by_rank(equal, {60, {}});
    ASSERT_EQ(ties.size(), 3U);
    EXPECT_EQ(ties[0].ordinal, 3U);
    EXPECT_EQ(ties[1].ordinal, 4U);
    EXPECT_EQ(ties[2].ordinal, 5U);
}

TEST(FusionTest, DistributionsAsTheFormulaSays) {
    SplitMix random(kFusionSeed);
    for (int round = 0; round < 200; ++round) {
        const uint64_t pool = 1 + random.below(40);
        const std::vector<Hits> lists = random_lists(random, pool);
        expect_fused(fuse_by_distribution(lists),
                     oracle(lists, pool, [](size_t, const Hits& hits, size_t rank) {
                         const auto n = static_cast<double>(hits.size());
                         double sum = 0;
                         for (const CollectionHit& one : hits)
                             sum += static_cast<double>(one.score);
                         const double mean = sum / n;
                         double variance = 0;
                         for (const CollectionHit& one : hits)
                             variance += std::pow(static_cast<double>(one.score) - mean, 2);
                         const double deviation = n > 1 ? std::sqrt(variance / (n - 1)) : 0;
                         if (deviation == 0) return 0.5;
                         const double off = static_cast<double>(hits[rank].score) - mean;
                         return 0.5 + off / (6 * deviation);
                     }));
    }
}

TEST(FusionTest, OneScoreAndEqualScoresCountHalf) {
    for (const float score : {0.1F, -7.3F, 1e30F, 0.0F}) {
        for (const size_t size : {1, 2, 3, 7, 1000}) {
            Hits list;
            for (size_t i = 0; i < size; ++i) list.push_back(hit(i, score));
            for (const CollectionHit& one : fuse_by_distribution(std::vector<Hits>{list}))
                EXPECT_EQ(one.score, 0.5F) << score << " " << size;
        }
    }
}

TEST(FusionTest, ScoresWithoutEndAreFusedToNumbers) {
    const float infinity = std::numeric_limits<float>::infinity();
    const std::vector<Hits> lists = {{hit(1, infinity), hit(2, 3), hit(3, -infinity)},
                                     {hit(2, 3e38F), hit(1, 1), hit(3, -3e38F)}};
    for (const CollectionHit& one : fuse_by_distribution(lists))
        EXPECT_TRUE(std::isfinite(one.score)) << one.ordinal;
}

}  // namespace
}  // namespace temblor::testing
