#include "index/collection/memtable.h"

#include <algorithm>
#include <bit>

#include <gtest/gtest.h>

#include "tests/collection/random_points.h"

namespace temblor {
namespace {

void expect_same_vector(const Memtable& memtable, uint32_t row, const NamedVector& vector) {
    ASSERT_TRUE(memtable.has_vector(vector.name, row)) << vector.name;
    if (const auto* sparse = std::get_if<SparseVector>(&vector.value)) {
        const SparseVectorView stored = memtable.sparse(vector.name, row);
        EXPECT_TRUE(std::ranges::equal(stored.components, sparse->components));
        EXPECT_TRUE(std::ranges::equal(stored.values, sparse->values));
        EXPECT_TRUE(memtable.dense(vector.name, row).empty());
    } else {
        EXPECT_TRUE(std::ranges::equal(memtable.dense(vector.name, row),
                                       std::get<DenseVector>(vector.value)));
        EXPECT_EQ(memtable.sparse(vector.name, row).nnz(), 0U);
    }
}

TEST(Memtable, EveryRowComesBack) {
    constexpr uint64_t kSeed = 21;
    SplitMix random(kSeed);
    SCOPED_TRACE(kSeed);
    Memtable memtable(testing::test_schema());
    std::vector<Point> points;
    std::vector<const DocumentId*> ids;
    for (uint32_t row = 0; row < 1200; ++row) {
        points.push_back(testing::random_point(random));
        ASSERT_EQ(memtable.append(1000 + 3 * uint64_t{row}, points.back()), row);
        ids.push_back(&memtable.id(row));
    }
    ASSERT_EQ(memtable.rows(), points.size());
    for (uint32_t row = 0; row < memtable.rows(); ++row) {
        SCOPED_TRACE(row);
        EXPECT_EQ(memtable.ordinal(row), 1000 + 3 * row);
        EXPECT_EQ(memtable.id(row), points[row].id);
        EXPECT_EQ(&memtable.id(row), ids[row]);
        EXPECT_EQ(memtable.payload(row), points[row].payload);
        for (const NamedVector& vector : points[row].vectors) {
            expect_same_vector(memtable, row, vector);
        }
        size_t vectors = 0;
        for (const auto* name : {"", "title", "dot", "cosine", "euclid", "manhattan"}) {
            vectors += memtable.has_vector(name, row) ? 1 : 0;
        }
        EXPECT_EQ(vectors, points[row].vectors.size());
        EXPECT_FALSE(memtable.has_vector("no such name", row));
        EXPECT_TRUE(memtable.dense("no such name", row).empty());
        EXPECT_EQ(memtable.sparse("no such name", row).nnz(), 0U);
    }
}

TEST(Memtable, OrdinalsAreFoundBelowTheRowsGiven) {
    Memtable memtable(testing::test_schema());
    EXPECT_EQ(memtable.row_of_ordinal(0, 0), std::nullopt);
    for (uint32_t row = 0; row < 700; ++row) memtable.append(10 + 2 * uint64_t{row}, Point());
    for (const uint32_t rows : {0U, 1U, 2U, 257U, 700U}) {
        for (uint64_t ordinal = 0; ordinal < 1500; ++ordinal) {
            const bool there = ordinal >= 10 && ordinal % 2 == 0 && (ordinal - 10) / 2 < rows;
            const auto found = memtable.row_of_ordinal(ordinal, rows);
            ASSERT_EQ(found.has_value(), there) << ordinal << " of " << rows;
            if (there) {
                EXPECT_EQ(*found, (ordinal - 10) / 2);
            }
        }
    }
}

TEST(Memtable, SparseScoresAreInnerProductsToTheLastBit) {
    constexpr uint64_t kSeed = 22;
    SplitMix random(kSeed);
    SCOPED_TRACE(kSeed);
    Memtable memtable(testing::test_schema());
    for (uint32_t row = 0; row < 2000; ++row) memtable.append(row, testing::random_point(random));
    RowScores scores;
    for (int round = 0; round < 50; ++round) {
        const SparseVector query = testing::random_sparse(random, 60);
        const auto rows = static_cast<uint32_t>(random.below(memtable.rows() + 1));
        memtable.add_sparse_scores("title", query.view(), rows, scores);
        std::vector<double> sums(memtable.rows() + 64, 0.0);
        scores.drain([&](uint32_t first, const double* block) {
            std::copy_n(block, 64, sums.begin() + first);
        });
        for (uint32_t row = 0; row < memtable.rows(); ++row) {
            const double expected =
                row < rows ? inner_product(query.view(), memtable.sparse("title", row)) : 0;
            ASSERT_EQ(std::bit_cast<uint64_t>(sums[row]), std::bit_cast<uint64_t>(expected))
                << "row " << row;
        }
        // Draining cleared it.
        scores.drain([](uint32_t, const double*) { FAIL(); });
    }
}

TEST(Memtable, BytesCoverWhatIsHeld) {
    SplitMix random(23);
    Memtable memtable(testing::test_schema());
    uint64_t before = memtable.bytes();
    EXPECT_GT(before, sizeof(Memtable));
    uint64_t given = 0;
    for (uint32_t row = 0; row < 2000; ++row) {
        const Point point = testing::random_point(random);
        given += point.payload.size();
        for (const NamedVector& vector : point.vectors) {
            const auto* sparse = std::get_if<SparseVector>(&vector.value);
            given += sparse != nullptr ? sparse->nnz() * 16
                                       : std::get<DenseVector>(vector.value).size() * 4;
        }
        memtable.append(row, point);
        ASSERT_GE(memtable.bytes(), before);
        before = memtable.bytes();
    }
    EXPECT_GT(memtable.bytes(), given);
    EXPECT_LT(memtable.bytes(), 3 * given);
}

}  // namespace
}  // namespace temblor
