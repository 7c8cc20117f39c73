#include "index/payload/bitmap_bytes.h"

#include <gtest/gtest.h>

#include "data/splitmix.h"
#include "index/payload/undecided_rows.h"
#include "tests/payload/memory_payloads.h"

namespace temblor {
namespace {

/// Arrays, bitsets and runs, in few containers or in many.
RowBitmap random_rows(SplitMix& random) {
    RowBitmap rows;
    const uint64_t containers = random.below(7);
    for (uint64_t c = 0; c < containers; ++c) {
        const uint64_t base = random.below(9) << 16;
        const uint64_t kind = random.below(3);
        if (kind == 0) {
            rows.addRange(base + random.below(1000), base + 1000 + random.below(70000));
            continue;
        }
        const uint64_t count = kind == 1 ? random.below(50) : 9000;
        for (uint64_t i = 0; i < count; ++i) {
            rows.add(static_cast<uint32_t>(base + random.below(65536)));
        }
    }
    return rows;
}

TEST(BitmapBytes, EveryBitmapComesBack) {
    const uint64_t seed = 5;
    SCOPED_TRACE("seed " + std::to_string(seed));
    SplitMix random(seed);
    for (int round = 0; round < 100; ++round) {
        const RowBitmap rows = random_rows(random);
        std::vector<std::byte> bytes;
        append_bitmap(bytes, rows);
        EXPECT_EQ(bitmap_cardinality(bytes), rows.cardinality());
        const auto again = read_bitmap(bytes, uint64_t{1} << 32);
        ASSERT_TRUE(again.has_value());
        EXPECT_EQ(*again, rows);
        if (rows.isEmpty()) continue;
        EXPECT_TRUE(read_bitmap(bytes, uint64_t{rows.maximum()} + 1).has_value());
        EXPECT_FALSE(read_bitmap(bytes, rows.maximum()).has_value());
    }
}

TEST(BitmapBytes, DamageIsRefusedOrGivesAnotherWellFormedBitmap) {
    const uint64_t seed = 6;
    SCOPED_TRACE("seed " + std::to_string(seed));
    SplitMix random(seed);
    for (int round = 0; round < 900; ++round) {
        std::vector<std::byte> bytes;
        append_bitmap(bytes, random_rows(random));
        if (round % 3 == 0) {
            bytes.resize(random.below(bytes.size()));
            EXPECT_FALSE(read_bitmap(bytes, uint64_t{1} << 32).has_value());
            (void)bitmap_cardinality(bytes);
            continue;
        }
        const uint64_t range = round % 3 == 1 ? std::min<uint64_t>(bytes.size(), 60) : bytes.size();
        bytes[random.below(range)] ^= static_cast<std::byte>(1U << random.below(8));
        (void)bitmap_cardinality(bytes);
        const auto rows = read_bitmap(bytes, 500000);
        if (!rows || rows->isEmpty()) continue;
        EXPECT_LT(rows->maximum(), 500000U);
        EXPECT_EQ(rows_of(*rows).size(), rows->cardinality());
        std::vector<std::byte> again;
        append_bitmap(again, *rows);
        EXPECT_EQ(read_bitmap(again, 500000), rows);
    }
}

TEST(RowCounter, CountsAsPlainCountersDo) {
    const uint64_t seed = 8;
    SCOPED_TRACE("seed " + std::to_string(seed));
    SplitMix random(seed);
    for (int round = 0; round < 100; ++round) {
        RowBitmap all;
        all.addRange(0, 50);
        std::vector<uint64_t> counts(50);
        RowCounter counter;
        const uint64_t conditions = random.below(20);
        for (uint64_t c = 0; c < conditions; ++c) {
            RowBitmap rows;
            for (uint32_t row = 0; row < 50; ++row) {
                if (random.below(3) == 0) continue;
                rows.add(row);
                ++counts[row];
            }
            counter.add(rows);
        }
        for (uint64_t least = 0; least < 40; ++least) {
            RowBitmap expected;
            for (uint32_t row = 0; row < 50; ++row) {
                if (counts[row] >= least) expected.add(row);
            }
            ASSERT_EQ(counter.at_least(least, all), expected) << least << " of " << conditions;
        }
    }
}

}  // namespace
}  // namespace temblor
