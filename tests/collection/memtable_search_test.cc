#include "query/collection/memtable_search.h"

#include <algorithm>
#include <numeric>
#include <set>

#include "tests/collection/random_points.h"
#include "tests/data/test_files.h"

namespace temblor {
namespace {

class MemtableSearch : public ::testing::Test {
protected:
    void fill(uint64_t seed, uint32_t rows) {
        std::cout << "seed " << seed << '\n';
        random_ = SplitMix(seed);
        for (uint32_t row = 0; row < rows; ++row) {
            // Some points come twice, for ties.
            points_.push_back(row > 0 && random_.below(8) == 0 ? points_[random_.below(row)]
                                                               : testing::random_point(random_));
            memtable_.append(row, points_.back());
            if (random_.below(4) == 0) dead_.add(row);
        }
    }
    std::vector<MemtableHit> sparse(std::string_view name, const SparseVector& query, uint32_t rows,
                                    const RowBitmap* dead, const AcceptRow& accept, uint32_t k) {
        std::vector<MemtableHit> hits;
        const Status status =
            search_memtable_sparse(memtable_, name, query.view(), rows, dead_rows(dead), accept, k,
                                   scratch_, hits, counters_);
        EXPECT_TRUE(status.is_ok()) << status.to_string();
        return hits;
    }
    std::vector<MemtableHit> dense(std::string_view name, const DenseVector& query, uint32_t rows,
                                   const RowBitmap* dead, const AcceptRow& accept, uint32_t k) {
        std::vector<MemtableHit> hits;
        const Status status = search_memtable_dense(memtable_, name, query, rows, dead_rows(dead),
                                                    accept, k, scratch_, hits, counters_);
        EXPECT_TRUE(status.is_ok()) << status.to_string();
        return hits;
    }

    std::shared_ptr<const Schema> schema_ = testing::test_schema();
    SplitMix random_{0};
    Memtable memtable_{schema_};
    std::vector<Point> points_;
    static DeadRows dead_rows(const RowBitmap* dead) {
        return dead == nullptr ? DeadRows() : DeadRows(*dead);
    }

    RowBitmap dead_;
    MemtableScratch scratch_;
    SearchCounters counters_;
};

void expect_same(const std::vector<MemtableHit>& found, const std::vector<MemtableHit>& expected) {
    ASSERT_EQ(found.size(), expected.size());
    for (size_t i = 0; i < found.size(); ++i) {
        EXPECT_EQ(found[i].row, expected[i].row) << "hit " << i;
        EXPECT_EQ(found[i].score, expected[i].score) << "hit " << i;
    }
}

TEST_F(MemtableSearch, FindsWhatBruteForceFinds) {
    fill(31, 3000);
    for (uint32_t round = 0; round < 150; ++round) {
        SCOPED_TRACE(round);
        const auto rows = static_cast<uint32_t>(random_.below(points_.size() + 1));
        const auto k = static_cast<uint32_t>(random_.below(4) == 0 ? 5000 : random_.below(30));
        const RowBitmap* const dead = random_.below(2) == 0 ? &dead_ : nullptr;
        const auto modulus = static_cast<uint32_t>(1 + random_.below(6));
        const bool filtered = random_.below(2) == 0;
        const auto passes = [&](uint32_t row) { return !filtered || row % modulus == 0; };
        AcceptRow accept;
        if (filtered) accept = [&](uint32_t row) -> Result<bool> { return passes(row); };
        const testing::SearchOracle oracle{
            points_, rows,
            [&](uint32_t row) { return passes(row) && !(dead != nullptr && dead->contains(row)); }};
        SparseVector query = testing::random_sparse(random_, 60);
        if (random_.below(3) == 0) {
            for (float& value : query.values) value = random_.below(2) == 0 ? -value : value;
        }
        for (const auto& [name, settings] : schema_->sparse) {
            SCOPED_TRACE(name);
            expect_same(sparse(name, query, rows, dead, accept, k),
                        oracle.sparse(name, query.view(), k));
        }
        for (const auto& [name, settings] : schema_->dense) {
            SCOPED_TRACE(name);
            const DenseVector asked = testing::random_dense(random_, settings.size);
            expect_same(dense(name, asked, rows, dead, accept, k),
                        oracle.dense(name, settings.distance, asked, k));
        }
    }
}

TEST_F(MemtableSearch, CountsWhatItCost) {
    fill(35, 700);
    const SparseVector query = testing::random_sparse(random_, 60);
    const uint32_t rows = 500;
    uint64_t scored = 0;
    uint64_t postings = 0;
    std::set<uint32_t> lists;
    for (uint32_t row = 0; row < rows; ++row) {
        const SparseVectorView stored = memtable_.sparse("", row);
        scored += inner_product(query.view(), stored) != 0 ? 1 : 0;
        for (size_t i = 0; i < stored.nnz(); ++i) {
            if (stored.values[i] == 0 ||
                !std::ranges::binary_search(query.components, stored.components[i]))
                continue;
            ++postings;
            lists.insert(stored.components[i]);
        }
    }
    ASSERT_GT(scored, 0U);
    counters_.documents_scored = 7;  // it adds
    (void)sparse("", query, rows, &dead_, {}, 3);
    EXPECT_EQ(counters_.documents_scored, 7 + scored);
    EXPECT_EQ(counters_.lists, lists.size());
    EXPECT_EQ(counters_.bytes_touched, 8 * postings);

    counters_ = {};
    uint64_t live = 0;
    for (uint32_t row = 0; row < rows; ++row)
        live += !memtable_.dense("dot", row).empty() && !dead_.contains(row) ? 1 : 0;
    const DenseVector asked = testing::random_dense(random_, schema_->dense.at("dot").size);
    (void)dense("dot", asked, rows, &dead_, {}, 3);
    EXPECT_EQ(counters_.documents_scored, live);
    EXPECT_EQ(counters_.bytes_touched, live * asked.size() * sizeof(float));
}

TEST_F(MemtableSearch, FilterIsAskedOnlyUntilEnoughPassed) {
    fill(32, 1000);
    const SparseVector query = testing::random_sparse(random_, 60);
    const auto all = sparse("", query, memtable_.rows(), nullptr, {}, 1000);
    ASSERT_GT(all.size(), 100U);
    std::vector<uint32_t> asked;
    const AcceptRow every_other = [&](uint32_t row) -> Result<bool> {
        asked.push_back(row);
        return asked.size() % 2 == 0;
    };
    const auto hits = sparse("", query, memtable_.rows(), nullptr, every_other, 10);
    ASSERT_EQ(asked.size(), 20U);
    for (size_t i = 0; i < asked.size(); ++i) EXPECT_EQ(asked[i], all[i].row);
    for (size_t i = 0; i < hits.size(); ++i) EXPECT_EQ(hits[i], all[2 * i + 1]);
}

TEST_F(MemtableSearch, ErrorOfTheFilterEndsTheSearch) {
    fill(33, 300);
    const SparseVector query = testing::random_sparse(random_, 60);
    const AcceptRow broken = [](uint32_t) -> Result<bool> {
        return Status::corruption("a damaged payload");
    };
    std::vector<MemtableHit> hits;
    EXPECT_ERROR(search_memtable_sparse(memtable_, "", query.view(), 300, {}, broken, 3, scratch_,
                                        hits, counters_),
                 StatusCode::kCorruption, "a damaged payload");
    const testing::SearchOracle oracle{points_, 300, [](uint32_t) { return true; }};
    // The scratch is as good as new.
    expect_same(sparse("", query, 300, nullptr, {}, 10), oracle.sparse("", query.view(), 10));
}

TEST_F(MemtableSearch, WrongQueriesAreRefused) {
    fill(34, 10);
    std::vector<MemtableHit> hits;
    const auto search_sparse = [&](std::string_view name, const SparseVector& query) {
        return search_memtable_sparse(memtable_, name, query.view(), 10, {}, {}, 3, scratch_, hits,
                                      counters_);
    };
    const auto search_dense = [&](std::string_view name, size_t size) {
        return search_memtable_dense(memtable_, name, DenseVector(size), 10, {}, {}, 3, scratch_,
                                     hits, counters_);
    };
    EXPECT_ERROR(search_sparse("dot", {{1}, {1}}), StatusCode::kInvalidArgument, "sparse", "dot");
    EXPECT_ERROR(search_sparse("", {{2, 1}, {1, 1}}), StatusCode::kInvalidArgument, "query",
                 "ascend");
    EXPECT_ERROR(search_dense("title", 19), StatusCode::kInvalidArgument, "dense", "title");
    EXPECT_ERROR(search_dense("dot", 20), StatusCode::kInvalidArgument, "20", "19");
}

}  // namespace
}  // namespace temblor
