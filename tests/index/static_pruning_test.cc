#include "index/static_pruning.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include <gtest/gtest.h>

#include "tests/index/synthetic.h"

namespace temblor {
namespace {

using testing::dataset_of;
using testing::SyntheticShape;

struct Posting {
    float value;
    uint32_t row;
    uint32_t list;
};

/// All postings, the best first.
std::vector<Posting> postings_by_value(const SparseDataset& dataset) {
    std::vector<Posting> all;
    for (uint32_t r = 0; r < dataset.rows(); ++r) {
        const SparseVectorView row = dataset.row(r);
        for (size_t i = 0; i < row.nnz(); ++i) {
            if (row.values[i] > 0) all.push_back({row.values[i], r, row.components[i]});
        }
    }
    std::sort(all.begin(), all.end(), [](const Posting& a, const Posting& b) {
        return std::tuple(-a.value, a.row, a.list) < std::tuple(-b.value, b.row, b.list);
    });
    return all;
}

/// What the header says, word by word; `all` is postings_by_value() of the collection.
std::map<uint32_t, std::vector<uint32_t>> naive(const std::vector<Posting>& all,
                                                const BuildParameters& parameters) {
    std::map<uint32_t, std::vector<uint32_t>> kept;
    for (const Posting& p : all) kept[p.list];
    size_t taken = all.size();
    size_t cap = parameters.n_postings;
    if (parameters.pruning == PruningKind::kGlobalThreshold) {
        taken = std::min<size_t>(taken, kept.size() * parameters.n_postings);
        cap = static_cast<size_t>(std::llround(parameters.n_postings * parameters.max_fraction));
    }
    for (size_t i = 0; i < taken; ++i) {
        std::vector<uint32_t>& rows = kept[all[i].list];
        if (rows.size() < cap) rows.push_back(all[i].row);
    }
    for (auto& [list, rows] : kept) std::sort(rows.begin(), rows.end());
    return kept;
}

void expect_naive(const SparseDataset& dataset, const std::vector<Posting>& all,
                  const BuildParameters& parameters) {
    const auto dim = static_cast<uint32_t>(dataset.dim());
    const PrunedLists pruned = prune_lists(dataset, dim, parameters);
    auto expected = naive(all, parameters);
    std::vector<uint32_t> df(dim);
    std::vector<float> largest(dim);
    for (uint64_t i = 0; i < dataset.nnz(); ++i) {
        const uint32_t c = dataset.components()[i];
        df[c] += dataset.values()[i] > 0 ? 1 : 0;
        largest[c] = std::max(largest[c], dataset.values()[i]);
    }
    ASSERT_EQ(pruned.offsets.size(), size_t{dim} + 1);
    for (uint32_t l = 0; l < dim; ++l) {
        const auto list = pruned.list(l);
        ASSERT_EQ(std::vector<uint32_t>(list.begin(), list.end()), expected[l]) << "list " << l;
        ASSERT_EQ(pruned.pruned[l], df[l] - list.size()) << "list " << l;
        ASSERT_EQ(pruned.max_value[l], largest[l]) << "list " << l;
    }
}

TEST(StaticPruning, AgreesWithTheDefinition) {
    for (const uint64_t seed : {1U, 2U, 3U}) {
        SyntheticShape shape;
        shape.seed = seed;
        shape.rows = 400;
        shape.dim = 300;
        const SparseDataset coarse = testing::synthetic_documents(shape);
        for (const SparseDataset& dataset : {coarse, testing::with_rough_values(coarse, seed)}) {
            const std::vector<Posting> all = postings_by_value(dataset);
            for (const auto kind : {PruningKind::kGlobalThreshold, PruningKind::kFixedSize}) {
                for (const uint32_t n_postings : {1U, 3U, 10U, 40U, 100'000U}) {
                    for (const double max_fraction : {0.4, 1.0, 2.5, 1000.0}) {
                        SCOPED_TRACE(::testing::Message()
                                     << "seed " << seed << ", n_postings " << n_postings
                                     << ", max_fraction " << max_fraction);
                        BuildParameters parameters;
                        parameters.pruning = kind;
                        parameters.n_postings = n_postings;
                        parameters.max_fraction = max_fraction;
                        if (std::llround(n_postings * max_fraction) == 0) continue;
                        expect_naive(dataset, all, parameters);
                        if (HasFatalFailure()) return;
                    }
                }
            }
        }
    }
}

TEST(StaticPruning, EqualValuesAreKeptByRisingRow) {
    std::vector<SparseVector> rows(50, SparseVector{{0, 2}, {1.5F, 1.5F}});
    BuildParameters parameters;
    parameters.n_postings = 10;
    const PrunedLists pruned = prune_lists(dataset_of(rows, 4), 4, parameters);
    // Two lists, so the twenty first values in row order: ten rows of each.
    for (const uint32_t l : {0U, 2U}) {
        ASSERT_EQ(pruned.list(l).size(), 10U);
        for (uint32_t i = 0; i < 10; ++i) EXPECT_EQ(pruned.list(l)[i], i);
        EXPECT_EQ(pruned.pruned[l], 40U);
    }
    EXPECT_TRUE(pruned.list(1).empty());
}

TEST(StaticPruning, ZerosAndNothingAreNotKept) {
    BuildParameters parameters;
    parameters.n_postings = 100;
    const PrunedLists zeros = prune_lists(
        dataset_of({{{0, 1}, {0.0F, 2.0F}}, {{0}, {0.0F}}, {{}, {}}}, 2), 2, parameters);
    EXPECT_TRUE(zeros.list(0).empty());
    EXPECT_EQ(zeros.list(1).size(), 1U);
    EXPECT_EQ(zeros.pruned[0], 0U);
    for (const auto kind : {PruningKind::kGlobalThreshold, PruningKind::kFixedSize}) {
        parameters.pruning = kind;
        EXPECT_TRUE(prune_lists(SparseDataset(), 0, parameters).rows.empty());
    }
}

}  // namespace
}  // namespace temblor
