#include <atomic>
#include <iostream>
#include <thread>

#include <gtest/gtest.h>

#include "query/collection/memtable_search.h"
#include "tests/collection/random_points.h"

namespace temblor {
namespace {

/// Searches at the row counts that `published` shows, until it shows all of them.
void read_along(const Memtable& memtable, const std::vector<Point>& points,
                const std::atomic<uint32_t>& published, std::atomic<uint64_t>& searches,
                uint64_t seed) {
    SplitMix random(seed);
    MemtableScratch scratch;
    std::vector<MemtableHit> hits;
    SearchCounters counters;
    const auto schema = testing::test_schema();
    uint32_t rows = 0;
    while (rows < points.size()) {
        rows = published.load(std::memory_order_acquire);
        searches.fetch_add(1, std::memory_order_relaxed);
        const testing::SearchOracle oracle{points, rows, [](uint32_t) { return true; }};
        const SparseVector query = testing::random_sparse(random, 60);
        ASSERT_TRUE(search_memtable_sparse(memtable, "title", query.view(), rows, {}, {}, 20,
                                           scratch, hits, counters)
                        .is_ok());
        ASSERT_EQ(hits, oracle.sparse("title", query.view(), 20)) << rows << " rows";
        const DenseVector asked = testing::random_dense(random, 48);
        ASSERT_TRUE(search_memtable_dense(memtable, "cosine", asked, rows, {}, {}, 20, scratch,
                                          hits, counters)
                        .is_ok());
        ASSERT_EQ(hits, oracle.dense("cosine", Distance::kCosine, asked, 20)) << rows << " rows";
        if (rows == 0) continue;
        const auto row = static_cast<uint32_t>(random.below(rows));
        ASSERT_EQ(memtable.id(row), points[row].id);
        ASSERT_EQ(memtable.payload(row), points[row].payload);
        ASSERT_EQ(memtable.row_of_ordinal(memtable.ordinal(row), rows), row);
        ASSERT_GE(memtable.rows(), rows);
        ASSERT_GT(memtable.bytes(), 0U);
    }
}

TEST(MemtableConcurrent, ReadersSeeExactlyWhatWasPublished) {
    constexpr uint64_t kSeed = 41;
    std::cout << "seed " << kSeed << '\n';
    SplitMix random(kSeed);
    std::vector<Point> points(3000);
    for (Point& point : points) point = testing::random_point(random);

    Memtable memtable(testing::test_schema());
    std::atomic<uint32_t> published{0};
    std::atomic<uint64_t> searches{0};
    std::vector<std::thread> readers;
    for (uint64_t reader = 0; reader < 3; ++reader) {
        readers.emplace_back([&, reader] {
            read_along(memtable, points, published, searches, kSeed + 1 + reader);
            // Whoever has stopped, for a failure too, holds the writer up no longer.
            searches.fetch_add(points.size(), std::memory_order_relaxed);
        });
    }
    for (uint32_t row = 0; row < points.size(); ++row) {
        memtable.append(row * 7, points[row]);
        published.store(row + 1, std::memory_order_release);
        // Never far ahead of the readers, so that they meet the memtable at many sizes.
        while (searches.load(std::memory_order_relaxed) < row / 20) std::this_thread::yield();
    }
    for (std::thread& reader : readers) reader.join();
}

}  // namespace
}  // namespace temblor
