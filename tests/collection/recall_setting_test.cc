#include "query/collection/recall_setting.h"

#include <filesystem>

#include <gtest/gtest.h>

#include "data/splitmix.h"
#include "index/collection/collection.h"
#include "tests/data/test_files.h"

namespace temblor::testing {
namespace {

class RecallSettingTest : public FolderTest {
protected:
    RecallSettingTest() {
        options_.background = false;
        Schema schema;
        schema.sparse["s"] = {};
        EXPECT_TRUE(Collection::create(path("c"), schema, options_).is_ok());
        SplitMix random(3);
        const auto collection = open();
        for (int part = 0; part < 2; ++part) {
            std::vector<Point> points;
            for (uint64_t i = 0; i < 20; ++i) {
                SparseVector v;
                v.components = {static_cast<uint32_t>(random.below(5)),
                                static_cast<uint32_t>(5 + random.below(5))};
                v.values = {1, 2};
                points.push_back({static_cast<uint64_t>(part) * 20 + i, "", {{"s", v}}});
            }
            EXPECT_TRUE(collection->write(upsert_points(points)).is_ok());
            EXPECT_TRUE(collection->flush().is_ok());
        }
    }
    [[nodiscard]] std::shared_ptr<Collection> open() const {
        return Collection::open(path("c"), options_).value();
    }

    CollectionOptions options_;
};

TEST_F(RecallSettingTest, MeasuredSegmentsAndRulesOfThumb) {
    auto collection = open();
    const auto at = [&](double recall, uint32_t k = 10) {
        return setting_for_recall(*collection->version(), "s", k, recall).value();
    };
    EXPECT_TRUE(at(1).exact);
    EXPECT_TRUE(at(0.995).exact);
    EXPECT_TRUE(at(0.98, 100).exact);
    for (const uint32_t k : {1U, 10U, 100U, 10'000U}) {
        SearchParameters before = at(0.5, k);
        for (int percent = 50; percent <= 100; ++percent) {
            const SearchParameters now = at(percent / 100.0, k);
            EXPECT_TRUE(now.validate().is_ok());
            EXPECT_EQ(now.k, k);
            EXPECT_TRUE(now.exact || !before.exact);
            if (now.exact) break;
            EXPECT_GE(now.query_cut, before.query_cut);
            EXPECT_LE(now.heap_factor, before.heap_factor);
            before = now;
        }
    }
    for (const double wrong : {0.49, 1.01, -1.0}) {
        EXPECT_EQ(setting_for_recall(*collection->version(), "s", 10, wrong).status().code(),
                  StatusCode::kInvalidArgument);
    }
    // Two segments, one calibrated: the more careful of both.
    std::vector<std::string> files;
    for (const SegmentView& view : collection->version()->segments)
        files.push_back((*view.segment->sparse("s"))->path());
    ASSERT_EQ(files.size(), 2U);
    collection.reset();
    CalibrationFrontier frontier{10, 5, false, {}};
    frontier.points = {{0.7F, 10, 10, 2, 0.95F, 50}, {0.93F, 20, 20, 30, 0.9F, 0}};
    const std::vector<CalibrationFrontier> frontiers{frontier};
    ASSERT_TRUE(store_calibration(files[0], frontiers).is_ok());
    collection = open();
    EXPECT_EQ(at(0.92).query_cut, 30U);
    EXPECT_EQ(at(0.92).heap_factor, 0.7F);
    EXPECT_EQ(at(0.92).patience, 0U);
    EXPECT_TRUE(at(0.95).exact);
    collection.reset();
    ASSERT_TRUE(store_calibration(files[1], frontiers).is_ok());
    collection = open();
    EXPECT_EQ(at(0.6).query_cut, 2U);
    EXPECT_EQ(at(0.6).heap_factor, 0.95F);
    EXPECT_EQ(at(0.6).patience, 50U);
}

}  // namespace
}  // namespace temblor::testing
