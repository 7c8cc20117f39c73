#include "index/forward_store.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

#include <gtest/gtest.h>

#include "tests/data/test_files.h"
#include "tests/index/synthetic.h"

namespace temblor {
namespace {

/// A store and the memory behind it.
struct Stored {
    std::vector<std::byte> records;
    std::vector<std::byte> low;
    std::vector<Place> places;
    ForwardStore store;
};

Stored store_of(const SparseDataset& dataset, ForwardKind kind) {
    Stored s;
    float largest = 0;
    for (const float v : dataset.values()) largest = std::max(largest, v);
    const auto components = static_cast<uint32_t>(dataset.dim());
    ForwardWriter writer(kind, components > 65536, dataset.rows(), components, largest);
    for (uint64_t r = 0; r < dataset.rows(); ++r) {
        EXPECT_TRUE(writer.append(dataset.row(r), s.records, s.low).is_ok());
        EXPECT_EQ(s.records.size() % writer.shape().unit(), 0U);
    }
    s.records.resize(s.records.size() + ForwardShape::kSlack);
    s.places.assign(writer.places().begin(), writer.places().end());
    auto store = ForwardStore::open(writer.shape(), s.places, s.records, s.low);
    EXPECT_TRUE(store.is_ok()) << store.status().message();
    s.store = store.value();
    return s;
}

/// Largest error that a kind allows for a value.
double bound(const ForwardShape& shape, float value) {
    if (shape.kind == ForwardKind::kF32) return 0;
    return 0.5 * static_cast<double>(shape.scale) + 1e-6 * static_cast<double>(value);
}

void expect_round_trip(const SparseDataset& dataset, ForwardKind kind) {
    SCOPED_TRACE(forward_kind_name(kind));
    const Stored s = store_of(dataset, kind);
    const Status valid = s.store.validate();
    ASSERT_TRUE(valid.is_ok()) << valid.message();
    ASSERT_TRUE(std::is_sorted(s.places.begin(), s.places.end()));
    SparseVector found;
    for (uint64_t r = 0; r < dataset.rows(); ++r) {
        const SparseVectorView row = dataset.row(r);
        ASSERT_LT(s.places[r], s.store.place_limit());
        ASSERT_TRUE(s.store.read_row(r, found).is_ok()) << "row " << r;
        ASSERT_TRUE(std::equal(row.components.begin(), row.components.end(),
                               found.components.begin(), found.components.end()))
            << "row " << r;
        for (size_t i = 0; i < row.nnz(); ++i) {
            ASSERT_NEAR(static_cast<double>(found.values[i]), static_cast<double>(row.values[i]),
                        bound(s.store.shape(), row.values[i]))
                << "row " << r << ", entry " << i;
        }
    }
}

SparseDataset long_and_short(uint32_t dim) {
    testing::SyntheticShape shape;
    shape.rows = 500;
    shape.dim = dim;
    return testing::with_rough_values(testing::synthetic_documents(shape), 8);
}

TEST(ForwardStore, GivesBackWhatWasStored) {
    for (const ForwardKind kind : testing::kForwardKinds) {
        expect_round_trip(long_and_short(2000), kind);
        expect_round_trip(long_and_short(65'536), kind);
    }
}

TEST(ForwardStore, GivesBackComponentsBeyondSixteenBits) {
    for (const ForwardKind kind : testing::kForwardKinds) {
        expect_round_trip(long_and_short(65'537), kind);
        expect_round_trip(
            testing::dataset_of({{{0, 70'000, 4'000'000'000}, {1, 2, 3}}, {{}, {}}}, 4'000'000'001),
            kind);
    }
}

TEST(ForwardStore, EveryCountAroundTheFirstTier) {
    for (const uint32_t first : {0U, 70'000U}) {
        std::vector<SparseVector> rows;
        for (uint32_t n = 0; n < 120; ++n) {
            SparseVector row;
            for (uint32_t i = 0; i < n; ++i) {
                row.components.push_back(first + 2 * i);
                row.values.push_back(0.01F + static_cast<float>((i * 37 + n) % 101));
            }
            rows.push_back(row);
        }
        const SparseDataset dataset = testing::dataset_of(rows, first + 300);
        for (const ForwardKind kind : testing::kForwardKinds) expect_round_trip(dataset, kind);
    }
}

TEST(ForwardStore, ADocumentOfSeventyThousandEntries) {
    SparseVector large;
    SplitMix random(3);
    for (uint32_t i = 0; i < 70'000; ++i) {
        large.components.push_back(3 * i);
        large.values.push_back(static_cast<float>(random.uniform()));
    }
    const SparseDataset dataset =
        testing::dataset_of({{{5}, {1}}, large, {{}, {}}, {{209'997}, {0.5F}}}, 210'000);
    for (const ForwardKind kind : testing::kForwardKinds) expect_round_trip(dataset, kind);
}

TEST(ForwardStore, TheHeaviestEntriesComeFirst) {
    SparseVector row;
    for (uint32_t i = 0; i < 100; ++i) {
        row.components.push_back(i);
        row.values.push_back(static_cast<float>((i * 53) % 100 + 1));
    }
    const Stored s = store_of(testing::dataset_of({row}, 100), ForwardKind::kRecord);
    // The tier holds the components of the forty largest values, 61 to 100.
    for (uint32_t i = 0; i < s.store.shape().tier(); ++i) {
        uint16_t component = 0;
        std::memcpy(&component, s.records.data() + ForwardShape::kHeaderBytes + 2 * i, 2);
        EXPECT_GT(row.values[component], 60) << "entry " << i;
    }
}

TEST(ForwardStore, ExtremeValues) {
    const SparseDataset dataset = testing::dataset_of(
        {{{0, 1, 2}, {3.4e38F, 1e30F, 1e-45F}}, {{1}, {0}}, {{0, 2}, {1.7e38F, 3.3e38F}}}, 3);
    for (const ForwardKind kind : testing::kForwardKinds) expect_round_trip(dataset, kind);
    const SparseDataset tiny =
        testing::dataset_of({{{0, 1}, {1e-44F, 1e-45F}}, {{1}, {1.2e-38F}}}, 2);
    for (const ForwardKind kind : testing::kForwardKinds) {
        SparseVector found;
        const Stored s = store_of(tiny, kind);
        ASSERT_TRUE(s.store.read_row(0, found).is_ok());
        EXPECT_EQ(found.components, (std::vector<uint32_t>{0, 1}));
        for (const float v : found.values) EXPECT_TRUE(std::isfinite(v) && v >= 0);
    }
}

TEST(ForwardStore, DamageIsAnErrorThatNamesThePlace) {
    for (const ForwardKind kind : testing::kForwardKinds) {
        SCOPED_TRACE(forward_kind_name(kind));
        const SparseDataset dataset = long_and_short(2000);
        Stored s = store_of(dataset, kind);
        SparseVector found;
        uint32_t row = 0;
        EXPECT_ERROR(s.store.read_row(500, found), StatusCode::kNotFound, "500");
        EXPECT_ERROR(s.store.read(s.store.place_limit(), row, found), StatusCode::kCorruption,
                     "section records");
        for (const uint32_t count : {2001U, 1U << 31, UINT32_MAX}) {
            const size_t at = size_t{s.places[3]} * s.store.shape().unit() + 4;
            uint32_t before = 0;
            std::memcpy(&before, s.records.data() + at, 4);
            std::memcpy(s.records.data() + at, &count, 4);
            EXPECT_ERROR(s.store.validate(), StatusCode::kCorruption, "section records", "place");
            std::memcpy(s.records.data() + at, &before, 4);
        }
        ASSERT_TRUE(s.store.validate().is_ok());
        std::swap(s.places[10], s.places[11]);
        EXPECT_ERROR(s.store.validate(), StatusCode::kCorruption, "row 11", "expected 10");
    }
}

TEST(ForwardStore, SectionsMustAgree) {
    const Stored s = store_of(long_and_short(2000), ForwardKind::kRecord);
    const ForwardShape& shape = s.store.shape();
    const std::span<const Place> places(s.places);
    const std::span<const std::byte> records(s.records);
    const std::span<const std::byte> low(s.low);
    EXPECT_ERROR(ForwardStore::open(shape, places.first(499), records, low),
                 StatusCode::kCorruption, "section places");
    EXPECT_ERROR(ForwardStore::open(shape, places, records.first(100), low),
                 StatusCode::kCorruption, "section records");
    EXPECT_ERROR(ForwardStore::open(shape, places, records.first(records.size() - 64), low),
                 StatusCode::kCorruption, "section record_low");
    EXPECT_ERROR(ForwardStore::open(shape, places, records, low.first(low.size() - 1)),
                 StatusCode::kCorruption, "section record_low");
}

}  // namespace
}  // namespace temblor
