#include "index/calibration.h"

#include <cstring>
#include <limits>

#include <gtest/gtest.h>

#include "data/splitmix.h"
#include "tests/data/test_files.h"

namespace temblor {
namespace {

std::vector<CalibrationFrontier> frontiers() {
    return {{10, 500, false, {{0.5F, 20, 100, 1, 1, 240}, {0.97F, 300, 4000, 8, 0.7F, 0}}},
            {100, 500, true, {}},
            {1, 7, true, {{1, 2, 3, UINT32_MAX, 0, UINT32_MAX}}}};
}

TEST(Calibration, GoesThroughItsBytes) {
    const auto bytes = serialize_calibration(frontiers());
    const auto parsed = parse_calibration(bytes);
    ASSERT_TRUE(parsed.is_ok()) << parsed.status().message();
    const auto expected = frontiers();
    ASSERT_EQ(parsed->size(), expected.size());
    for (size_t f = 0; f < expected.size(); ++f) {
        const CalibrationFrontier& a = (*parsed)[f];
        const CalibrationFrontier& b = expected[f];
        EXPECT_EQ(a.k, b.k);
        EXPECT_EQ(a.queries, b.queries);
        EXPECT_EQ(a.from_documents, b.from_documents);
        ASSERT_EQ(a.points.size(), b.points.size());
        for (size_t p = 0; p < a.points.size(); ++p) {
            EXPECT_EQ(a.points[p].accuracy, b.points[p].accuracy);
            EXPECT_EQ(a.points[p].documents_scored, b.points[p].documents_scored);
            EXPECT_EQ(a.points[p].summary_entries, b.points[p].summary_entries);
            EXPECT_EQ(a.points[p].query_cut, b.points[p].query_cut);
            EXPECT_EQ(a.points[p].heap_factor, b.points[p].heap_factor);
            EXPECT_EQ(a.points[p].patience, b.points[p].patience);
        }
    }
    EXPECT_EQ(serialize_calibration(*parsed), bytes);
    const auto none = parse_calibration({});
    ASSERT_TRUE(none.is_ok());
    EXPECT_TRUE(none->empty());
}

TEST(Calibration, CutOffBytesAreRefused) {
    const auto bytes = serialize_calibration(frontiers());
    // Only between frontiers is a shorter section whole.
    for (size_t n = 1; n < bytes.size(); ++n) {
        if (n == 64 || n == 80) continue;
        EXPECT_ERROR(parse_calibration(std::span(bytes).first(n)), StatusCode::kCorruption,
                     "section calibration");
    }
}

TEST(Calibration, HostileBytesAreRefusedOrHarmless) {
    constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    for (const CalibrationPoint& p :
         {CalibrationPoint{kNan, 1, 1, 1, 1, 1}, CalibrationPoint{1, 1, 1, 1, kInfinity, 1},
          CalibrationPoint{1, 1, 1, 1, -1, 1}, CalibrationPoint{1, 1, 1, 0, 1, 1}}) {
        EXPECT_ERROR(parse_calibration(serialize_calibration({{{10, 1, false, {p}}}})),
                     StatusCode::kCorruption, "section calibration");
    }
    auto bytes = serialize_calibration(frontiers());
    const uint32_t many = UINT32_MAX;
    std::memcpy(bytes.data() + 12, &many, 4);
    EXPECT_ERROR(parse_calibration(bytes), StatusCode::kCorruption, "section calibration");
    SplitMix random(99);
    for (int i = 0; i < 2000; ++i) {
        std::vector<std::byte> noise(random.below(200));
        for (std::byte& b : noise) b = static_cast<std::byte>(random.next() & 7);
        const auto parsed = parse_calibration(noise);
        if (!parsed.is_ok()) continue;
        for (const CalibrationFrontier& f : *parsed) ASSERT_LE(f.points.size(), noise.size());
    }
}

}  // namespace
}  // namespace temblor
