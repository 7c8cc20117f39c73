#include "cli/synthetic_collection.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

namespace temblor::cli {
namespace {

SyntheticParameters small() {
    SyntheticParameters parameters;
    parameters.documents = 4000;
    parameters.queries = 200;
    return parameters;
}

const SyntheticCollection& collection() {
    static const SyntheticCollection made =
        std::move(make_synthetic_collection(small(), no_progress())).value();
    return made;
}

// Share of a vector's L1 mass in its `top` largest values.
double head_share(SparseVectorView vector, size_t top) {
    std::vector<float> values(vector.values.begin(), vector.values.end());
    std::sort(values.begin(), values.end(), std::greater<>());
    const double all = std::accumulate(values.begin(), values.end(), 0.0);
    const auto end = values.begin() + static_cast<ptrdiff_t>(std::min(top, values.size()));
    return std::accumulate(values.begin(), end, 0.0) / all;
}

double mean_head_share(const SparseDataset& dataset, size_t top) {
    double sum = 0;
    for (uint64_t r = 0; r < dataset.rows(); ++r) sum += head_share(dataset.row(r), top);
    return sum / static_cast<double>(dataset.rows());
}

TEST(SyntheticCollection, VectorsAreLegal) {
    EXPECT_EQ(collection().documents.rows(), 4000U);
    EXPECT_EQ(collection().queries.rows(), 200U);
    EXPECT_EQ(collection().documents.dim(), 30522U);
    EXPECT_TRUE(collection().documents.validate(ValueRule::kNonNegative).is_ok());
    EXPECT_TRUE(collection().queries.validate(ValueRule::kNonNegative).is_ok());
}

TEST(SyntheticCollection, MeanEntriesAreAsAsked) {
    const double documents = static_cast<double>(collection().documents.nnz()) / 4000;
    const double queries = static_cast<double>(collection().queries.nnz()) / 200;
    EXPECT_NEAR(documents, 120, 4);
    EXPECT_NEAR(queries, 43, 3);
}

TEST(SyntheticCollection, ListsAreSkewedAndNoneHasOverHalf) {
    std::vector<uint32_t> lengths(30522, 0);
    for (const uint32_t c : collection().documents.components()) ++lengths[c];
    std::sort(lengths.begin(), lengths.end(), std::greater<>());
    EXPECT_LE(lengths[0], 4000U / 2 + 16);
    EXPECT_GT(lengths[0], 4000U / 5);
    const auto entries = static_cast<double>(collection().documents.nnz());
    const double head = std::accumulate(lengths.begin(), lengths.begin() + 305, 0.0);
    EXPECT_GT(head / entries, 0.10);  // the longest hundredth of the lists
    EXPECT_LT(head / entries, 0.50);
}

TEST(SyntheticCollection, MassIsConcentratedAsInLearnedVectors) {
    EXPECT_NEAR(mean_head_share(collection().documents, 10), 0.27, 0.06);
    EXPECT_NEAR(mean_head_share(collection().documents, 50), 0.76, 0.08);
    EXPECT_NEAR(mean_head_share(collection().queries, 10), 0.68, 0.08);
}

TEST(SyntheticCollection, DocumentsHaveNeighbours) {
    const SparseDataset& documents = collection().documents;
    double nearest = 0;
    double all = 0;
    uint64_t pairs = 0;
    constexpr uint64_t kProbes = 40;
    for (uint64_t probe = 0; probe < kProbes; ++probe) {
        double best = 0;
        for (uint64_t other = 0; other < documents.rows(); ++other) {
            if (other == probe) continue;
            const double score = inner_product(documents.row(probe), documents.row(other));
            best = std::max(best, score);
            all += score;
            ++pairs;
        }
        nearest += best;
    }
    EXPECT_GT(nearest / kProbes, 3 * all / static_cast<double>(pairs));
}

TEST(SyntheticCollection, QueriesHaveAnswers) {
    const SparseDataset& documents = collection().documents;
    for (uint64_t q = 0; q < 20; ++q) {
        double best = 0;
        double sum = 0;
        for (uint64_t r = 0; r < documents.rows(); ++r) {
            const double score = inner_product(collection().queries.row(q), documents.row(r));
            best = std::max(best, score);
            sum += score;
        }
        EXPECT_GT(best, 3 * sum / static_cast<double>(documents.rows())) << "query " << q;
    }
}

bool equal(const SparseDataset& a, const SparseDataset& b) {
    return std::ranges::equal(a.offsets(), b.offsets()) &&
           std::ranges::equal(a.components(), b.components()) &&
           std::ranges::equal(a.values(), b.values());
}

TEST(SyntheticCollection, TheSeedDecides) {
    const auto again = make_synthetic_collection(small(), no_progress());
    ASSERT_TRUE(again.is_ok());
    EXPECT_TRUE(equal(again->documents, collection().documents));
    EXPECT_TRUE(equal(again->queries, collection().queries));
    SyntheticParameters other = small();
    other.seed = 43;
    const auto different = make_synthetic_collection(other, no_progress());
    ASSERT_TRUE(different.is_ok());
    EXPECT_FALSE(equal(different->documents, collection().documents));
}

TEST(SyntheticCollection, SmallestShapes) {
    SyntheticParameters parameters;
    parameters.documents = 1;
    parameters.queries = 1;
    parameters.dim = 64;
    parameters.mean_nnz = 1;
    parameters.mean_query_nnz = 8;
    const auto made = make_synthetic_collection(parameters, no_progress());
    ASSERT_TRUE(made.is_ok());
    EXPECT_TRUE(made->documents.validate(ValueRule::kNonNegative).is_ok());
    EXPECT_TRUE(made->queries.validate(ValueRule::kNonNegative).is_ok());
    EXPECT_GE(made->documents.nnz(), 1U);
}

TEST(SyntheticCollection, RefusesImpossibleShapes) {
    SyntheticParameters parameters = small();
    parameters.documents = 0;
    EXPECT_FALSE(parameters.validate().is_ok());
    parameters = small();
    parameters.dim = 63;
    EXPECT_FALSE(parameters.validate().is_ok());
    parameters = small();
    parameters.mean_nnz = 30522;
    EXPECT_FALSE(parameters.validate().is_ok());
}

}  // namespace
}  // namespace temblor::cli
