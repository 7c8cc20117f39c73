#include "index/list_builder.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <numeric>

#include <gtest/gtest.h>

#include "tests/index/synthetic.h"

namespace temblor {
namespace {

struct Entry {
    uint32_t component;
    uint32_t block;
    uint32_t value;
    auto operator<=>(const Entry&) const = default;
};

std::vector<Entry> entries_of(const ListView& list, bool wide) {
    std::vector<Entry> entries;
    for (uint32_t k = 0; k < list.bucket_count; ++k) {
        uint32_t bucket = k;
        if (wide) std::memcpy(&bucket, list.buckets + size_t{k} * 4, 4);
        for (uint32_t e = list.offset(k); e < list.offset(k + 1); ++e) {
            const uint32_t low = list.keys[e] >> list.layout.block_bits;
            entries.push_back({(bucket << list.layout.shift) | low, list.block(e), list.value(e)});
        }
    }
    return entries;
}

/// A block's summary by the definition: maximum, the heaviest entries that hold the energy, each
/// rounded up to fifteenths of the largest.
std::map<uint32_t, float> kept_maxima(const SparseDataset& dataset, std::span<const uint32_t> rows,
                                      double energy) {
    std::map<uint32_t, float> maxima;
    for (const uint32_t row : rows) {
        const SparseVectorView d = dataset.row(row);
        for (size_t i = 0; i < d.nnz(); ++i)
            maxima[d.components[i]] = std::max(maxima[d.components[i]], d.values[i]);
    }
    double mass = 0;
    std::vector<std::pair<float, uint32_t>> order;
    for (const auto& [c, m] : maxima) {
        mass += static_cast<double>(m);
        order.emplace_back(-m, c);
    }
    std::sort(order.begin(), order.end());
    std::map<uint32_t, float> kept;
    double sum = 0;
    for (const auto& [negative, c] : order) {
        if (sum >= energy * mass) break;
        sum -= static_cast<double>(negative);
        kept[c] = -negative;
    }
    return kept;
}

void expect_naive_summaries(const SparseDataset& dataset, const BuildParameters& parameters,
                            uint32_t size) {
    const auto dim = static_cast<uint32_t>(dataset.dim());
    const HeavyEntries heavy(dataset, parameters.doc_cut);
    ListBuilder builder(dataset, heavy, dim, parameters);
    std::vector<uint32_t> rows(size);
    std::iota(rows.begin(), rows.end(), 0U);
    BuiltList built;
    builder.build(0, std::span(rows).first(std::min(size, 20U)), built);  // leaves no trace
    builder.build(1, rows, built);
    ASSERT_EQ(built.record.postings, size);
    ASSERT_EQ(built.summaries.size() % 8, 0U);

    std::vector<ListRecord> records(dim);
    records[1] = built.record;
    const std::vector<Place> postings(built.rows.begin(), built.rows.end());
    std::vector<std::byte> summaries = built.summaries;
    summaries.resize(summaries.size() + kSummarySlack);
    const auto lists = BlockedLists::open(dim, std::as_bytes(std::span(records)),
                                          std::as_bytes(std::span(postings)),
                                          std::as_bytes(std::span(built.blocks)), summaries);
    ASSERT_TRUE(lists.is_ok()) << lists.status().message();
    const Status valid = lists->validate(size);
    ASSERT_TRUE(valid.is_ok()) << valid.message();
    ListView list;
    ASSERT_TRUE(lists->view(1, list));
    const std::vector<Entry> entries = entries_of(list, lists->wide());
    ASSERT_EQ(entries.size(), list.entries);
    ASSERT_TRUE(std::is_sorted(entries.begin(), entries.end()));

    std::map<std::pair<uint32_t, uint32_t>, uint32_t> found;
    for (const Entry& e : entries) found[{e.block, e.component}] = e.value;
    ASSERT_EQ(found.size(), entries.size());
    size_t expected_entries = 0;
    for (uint32_t b = 0; b < list.blocks.size(); ++b) {
        const auto members = list.block_postings(b);
        const auto kept = kept_maxima(dataset, members, parameters.summary_energy);
        float largest = 0;
        for (const auto& [c, m] : kept) largest = std::max(largest, m);
        const double scale =
            static_cast<double>(largest) / 15 / std::pow(static_cast<double>(members.size()), 0.1);
        ASSERT_NEAR(static_cast<double>(list.blocks[b].scale), scale, 1e-5 * scale);
        expected_entries += kept.size();
        for (const auto& [c, m] : kept) {
            const auto at = found.find({b, c});
            ASSERT_NE(at, found.end()) << "block " << b << ", component " << c;
            const double steps = 15 * static_cast<double>(m) / static_cast<double>(largest);
            // Rounded up: never below, less than a step above (float rounding aside).
            ASSERT_GE(at->second, steps - 1e-4);
            ASSERT_LT(at->second, steps + 1 + 1e-4);
        }
    }
    ASSERT_EQ(entries.size(), expected_entries);
}

TEST(ListBuilder, SummariesAgreeWithTheDefinition) {
    for (const uint64_t seed : {1U, 2U}) {
        testing::SyntheticShape shape;
        shape.seed = seed;
        shape.rows = 500;
        shape.dim = 700;
        shape.max_nnz = 60;
        // No ties: which of two equal values is the last to be kept is not part of the definition.
        const SparseDataset narrow =
            testing::with_rough_values(testing::synthetic_documents(shape), seed);
        for (const double energy : {0.2, 0.6, 1.0}) {
            for (const double fraction : {0.02, 0.3}) {
                for (const uint32_t size : {9U, 100U, 500U}) {
                    SCOPED_TRACE(::testing::Message()
                                 << "seed " << seed << ", energy " << energy << ", fraction "
                                 << fraction << ", size " << size);
                    BuildParameters parameters;
                    parameters.summary_energy = energy;
                    parameters.centroid_fraction = fraction;
                    expect_naive_summaries(narrow, parameters, size);
                    if (HasFatalFailure()) return;
                }
            }
        }
    }
}

TEST(ListBuilder, ManyComponentsAndManyEntries) {
    testing::SyntheticShape shape;
    shape.rows = 2000;
    shape.dim = 90'000;
    shape.mean_nnz = 80;
    shape.topics = 400;
    shape.max_nnz = 200;
    const SparseDataset wide = testing::with_rough_values(testing::synthetic_documents(shape), 3);
    BuildParameters parameters;
    parameters.summary_energy = 1;
    expect_naive_summaries(wide, parameters, 2000);  // over 65,536 entries: 32-bit offsets
}

TEST(ListBuilder, ShortListsHaveNoSummary) {
    const SparseDataset dataset = testing::dataset_of(
        std::vector<SparseVector>(kUnsummarisedPostings, SparseVector{{1}, {1}}), 2);
    const HeavyEntries heavy(dataset, 15);
    const BuildParameters parameters;
    ListBuilder builder(dataset, heavy, 2, parameters);
    std::vector<uint32_t> rows(kUnsummarisedPostings);
    std::iota(rows.begin(), rows.end(), 0U);
    BuiltList built;
    builder.build(1, rows, built);
    EXPECT_EQ(built.record.blocks, 1U);
    EXPECT_EQ(built.record.entries, 0U);
    EXPECT_TRUE(built.summaries.empty());
    EXPECT_EQ(built.rows, rows);
    builder.build(0, {}, built);
    EXPECT_EQ(built.record.blocks, 0U);
    EXPECT_EQ(built.record.postings, 0U);
}

TEST(SummaryLayout, KeysFitSixteenBits) {
    for (const uint32_t blocks : {1U, 2U, 3U, 255U, 256U, 257U, 65'535U, 65'536U}) {
        for (const uint32_t entries : {1U, 1000U, 10'000'000U}) {
            for (const uint32_t components : {1U, 30'522U, 65'536U, 4'000'000'000U}) {
                const SummaryLayout layout = SummaryLayout::choose(blocks, entries, components);
                EXPECT_LE(layout.block_bits + layout.shift, 16U);
                EXPECT_LE(layout.shift, 8U);
                EXPECT_GE(uint64_t{1} << layout.block_bits, blocks);
            }
        }
    }
}

}  // namespace
}  // namespace temblor
