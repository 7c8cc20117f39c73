#include "index/collection/bulk_load.h"

#include <gtest/gtest.h>

#include "data/splitmix.h"
#include "tests/collection/collection_model.h"
#include "tests/data/test_files.h"

namespace temblor::testing {
namespace {

class BulkLoadTest : public FolderTest {
protected:
    static constexpr uint64_t kPool = 3000;

    BulkLoadTest() {
        options_.memtable_points = 200;
        options_.merge_factor = 3;
        bulk_.chunk_points = 700;
        collection_ = Collection::create(path("c"), model_schema(), options_).value();
    }
    void reopen() {
        collection_.reset();
        collection_ = Collection::open(path("c"), options_).value();
    }
    std::vector<Point> random_points(uint64_t count) {
        std::vector<Point> points;
        for (uint64_t i = 0; i < count; ++i) points.push_back(random_model_point(random_, kPool));
        return points;
    }
    Status load(const std::vector<Point>& points, uint64_t stop_after = UINT64_MAX) {
        auto begun = BulkLoader::begin(collection_, "points.jsonl", bulk_);
        if (!begun.is_ok()) return begun.status();
        BulkLoader& loader = **begun;
        for (uint64_t i = loader.points_done(); i < points.size(); ++i) {
            if (i >= stop_after) return Status::cancelled("stopped");
            TEMBLOR_RETURN_IF_ERROR(loader.add(points[i], no_progress()));
        }
        return loader.finish(no_progress());
    }
    /// The model takes what a load of whole chunks takes.
    void model_load(const std::vector<Point>& points, uint64_t begin = 0) {
        for (; begin < points.size(); begin += bulk_.chunk_points) {
            const auto end = std::min<uint64_t>(begin + bulk_.chunk_points, points.size());
            model_.upsert({points.begin() + static_cast<ptrdiff_t>(begin),
                           points.begin() + static_cast<ptrdiff_t>(end)});
        }
    }
    void expect_same() {
        ASSERT_NO_FATAL_FAILURE(model_.expect_same(*collection_->version(), random_, kPool));
        std::vector<std::string> findings;
        ASSERT_TRUE(collection_->check(no_progress(), findings).is_ok());
        EXPECT_EQ(findings, std::vector<std::string>());
    }

    SplitMix random_{5};
    CollectionOptions options_;
    BulkOptions bulk_;
    CollectionModel model_;
    std::shared_ptr<Collection> collection_;
};

TEST_F(BulkLoadTest, ReplacesWhatIsThereInMemoryAndInSegments) {
    for (int round = 0; round < 4; ++round) {
        const std::vector<Point> before = random_points(300);
        ASSERT_TRUE(collection_->write(upsert_points(before)).is_ok());
        model_.upsert(before);
        // Repeats ids, within a chunk and across chunks.
        const std::vector<Point> points = random_points(2000);
        const Status loaded = load(points);
        ASSERT_TRUE(loaded.is_ok()) << loaded.to_string();
        model_load(points);
        ASSERT_NO_FATAL_FAILURE(expect_same());
        if (round % 2 == 1) reopen();
        ASSERT_NO_FATAL_FAILURE(expect_same());
    }
    ASSERT_TRUE(collection_->optimize().is_ok());
    ASSERT_NO_FATAL_FAILURE(expect_same());
}

TEST_F(BulkLoadTest, GoesOnWhereItWasInterrupted) {
    const std::vector<Point> points = random_points(2000);
    EXPECT_ERROR(load(points, 1500), StatusCode::kCancelled, "stopped");
    reopen();
    EXPECT_EQ(BulkLoader::begin(collection_, "points.jsonl", bulk_).value()->points_done(), 1400U);
    EXPECT_EQ(BulkLoader::begin(collection_, "other", bulk_).value()->points_done(), 0U);
    ASSERT_TRUE(load(points).is_ok());
    model_load(points);
    ASSERT_NO_FATAL_FAILURE(expect_same());
    // A finished load is forgotten.
    EXPECT_EQ(BulkLoader::begin(collection_, "points.jsonl", bulk_).value()->points_done(), 0U);
}

TEST_F(BulkLoadTest, AWrongPointIsNamedAndWhatIsInStays) {
    std::vector<Point> points = random_points(1000);
    points[900].vectors = {{"nowhere", DenseVector{1, 2}}};
    EXPECT_ERROR(load(points), StatusCode::kInvalidArgument, "point 900", "nowhere");
    model_load({points.begin(), points.begin() + 700});
    ASSERT_NO_FATAL_FAILURE(expect_same());
}

TEST_F(BulkLoadTest, AnInterruptedChunkLeavesNothing) {
    CancelAfter soon(0);
    auto loader = BulkLoader::begin(collection_, "x", bulk_).value();
    Status status;
    for (const Point& p : random_points(700)) status = loader->add(p, soon);
    EXPECT_EQ(status.code(), StatusCode::kCancelled);
    loader.reset();
    EXPECT_EQ(collection_->version()->points, 0U);
    reopen();
    ASSERT_NO_FATAL_FAILURE(expect_same());
}

}  // namespace
}  // namespace temblor::testing
