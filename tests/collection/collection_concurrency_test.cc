#include <atomic>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "data/splitmix.h"
#include "index/collection/bulk_load.h"
#include "index/collection/collection.h"
#include "index/payload/filter_parser.h"
#include "query/collection/collection_reader.h"
#include "query/collection/collection_search.h"
#include "tests/collection/collection_model.h"
#include "tests/data/test_files.h"

namespace temblor::testing {
namespace {

/// Families of points are always written together, with one weight: a reader who sees two weights
/// in a family, or part of one, has seen two states at once.
constexpr uint64_t kFamilies = 12;
constexpr uint64_t kMembers = 8;

Point member(uint64_t family, uint64_t number, uint64_t weight) {
    Point point{
        family * kMembers + number,
        "{\"price\":" + std::to_string(weight) + ",\"family\":" + std::to_string(family) + "}",
        {}};
    SparseVector v;
    v.components = {static_cast<uint32_t>(family)};
    v.values = {static_cast<float>(weight)};
    point.vectors.push_back({"text", std::move(v)});
    return point;
}

std::vector<Point> family_points(uint64_t family, uint64_t weight) {
    std::vector<Point> points;
    for (uint64_t i = 0; i < kMembers; ++i) points.push_back(member(family, i, weight));
    return points;
}

class CollectionConcurrencyTest : public FolderTest {
protected:
    CollectionConcurrencyTest() {
        CollectionOptions options;
        options.memtable_points = 64;
        options.merge_factor = 2;
        options.database.write_buffer_bytes = 128 << 10;
        collection_ = Collection::create(path("c"), model_schema(), options).value();
    }

    /// One look at a random family through every kind of reading.
    void look(SplitMix& random, CollectionScratch& scratch, CollectionResult& result) {
        const std::shared_ptr<const Version> version = collection_->version();
        const uint64_t family = random.below(kFamilies);
        CollectionQuery query;
        query.vector = "text";
        SparseVector v;
        v.components = {static_cast<uint32_t>(family)};
        v.values = {1};
        query.query = v;
        query.parameters.k = 100;
        query.parameters.exact = random.below(2) == 0;
        const Filter filter = parse_filter("{\"must\":[{\"key\":\"family\",\"match\":{\"value\":" +
                                           std::to_string(family) + "}}]}")
                                  .value();
        if (random.below(3) == 0) query.filter = filter;
        const Status status = search_collection(*version, query, scratch, result);
        ASSERT_TRUE(status.is_ok()) << status.to_string();
        const size_t count = result.hits.size();
        ASSERT_TRUE(count == 0 || count == kMembers) << count;
        std::vector<DocumentId> ids;
        for (const CollectionHit& hit : result.hits) {
            if (query.parameters.exact) {
                ASSERT_EQ(hit.score, result.hits.front().score);
            }
            ids.push_back(hit.id);
        }
        const auto read = get_points(*version, ids);
        ASSERT_TRUE(read.is_ok()) << read.status().to_string();
        ASSERT_EQ(read->size(), count);
        for (const ReadPoint& p : *read) ASSERT_EQ(p.point.payload, read->front().point.payload);
        ASSERT_EQ(count_points(*version, filter).value(), count);
    }

    std::shared_ptr<Collection> collection_;
};

TEST_F(CollectionConcurrencyTest, ConcurrentReadersSeeOneStateEach) {
    constexpr int kWriters = 3;
    constexpr uint64_t kWrites = 150;
    std::atomic<int> writing = kWriters;
    std::vector<std::thread> threads;
    for (int w = 0; w < kWriters; ++w) {
        threads.emplace_back([&, w] {
            SplitMix random(static_cast<uint64_t>(w) + 1);
            for (uint64_t i = 0; i < kWrites; ++i) {
                const uint64_t family = random.below(kFamilies);
                std::vector<DocumentId> ids;
                for (uint64_t m = 0; m < kMembers; ++m) ids.emplace_back(family * kMembers + m);
                auto result = random.below(5) == 0
                                  ? collection_->write(delete_points(ids))
                                  : collection_->write(upsert_points(family_points(family, 1 + i)));
                EXPECT_TRUE(result.is_ok()) << result.status().to_string();
                // What was acknowledged is visible.
                EXPECT_GE(collection_->version()->last_ordinal, result->last_ordinal);
            }
            --writing;
        });
    }
    std::atomic<uint64_t> looks = 0;
    for (int r = 0; r < 2; ++r) {
        threads.emplace_back([&, r] {
            SplitMix random(static_cast<uint64_t>(r) + 100);
            CollectionScratch scratch;
            CollectionResult result;
            while (writing > 0 && !::testing::Test::HasFatalFailure()) {
                look(random, scratch, result);
                ++looks;
            }
        });
    }
    threads.emplace_back([&] {
        while (writing > 0) {
            EXPECT_TRUE(collection_->create_payload_index("family", PayloadType::kInteger).is_ok());
            EXPECT_TRUE(collection_->optimize().is_ok());
            EXPECT_TRUE(collection_->drop_payload_index("family").is_ok());
        }
    });
    for (std::thread& t : threads) t.join();
    EXPECT_GT(looks, 0U);
    std::vector<std::string> findings;
    ASSERT_TRUE(collection_->check(no_progress(), findings).is_ok());
    EXPECT_EQ(findings, std::vector<std::string>());
}

TEST_F(CollectionConcurrencyTest, ConcurrentBulkLoadsAndWritesKeepFamiliesWhole) {
    std::atomic<bool> loading = true;
    std::thread loader([&] {
        BulkOptions options;
        options.chunk_points = kFamilies * kMembers;
        for (uint64_t round = 0; round < 6; ++round) {
            auto bulk = BulkLoader::begin(collection_, "load", options).value();
            for (uint64_t f = 0; f < kFamilies; ++f) {
                for (Point& p : family_points(f, 1000 + round)) {
                    const Status added = bulk->add(std::move(p), no_progress());
                    EXPECT_TRUE(added.is_ok()) << added.to_string();
                }
            }
            EXPECT_TRUE(bulk->finish(no_progress()).is_ok());
        }
        loading = false;
    });
    std::thread writer([&] {
        SplitMix random(9);
        for (uint64_t i = 0; loading; ++i) {
            const auto written =
                collection_->write(upsert_points(family_points(random.below(kFamilies), 1 + i)));
            EXPECT_TRUE(written.is_ok()) << written.status().to_string();
        }
    });
    SplitMix random(77);
    CollectionScratch scratch;
    CollectionResult result;
    while (loading && !HasFatalFailure()) look(random, scratch, result);
    loader.join();
    writer.join();
    EXPECT_EQ(collection_->version()->points, kFamilies * kMembers);
    std::vector<std::string> findings;
    ASSERT_TRUE(collection_->check(no_progress(), findings).is_ok());
    EXPECT_EQ(findings, std::vector<std::string>());
}

}  // namespace
}  // namespace temblor::testing
