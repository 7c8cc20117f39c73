#include "index/hash/ranking_fit.h"

#include <algorithm>
#include <numeric>
#include <set>

#include <gtest/gtest.h>
#include <omp.h>

#include "data/dense_vector.h"
#include "index/hash/ranking_examples.h"
#include "tests/index/clustered_vectors.h"

namespace temblor::testing {
namespace {

/// Clustered rows in cells, and what their codes are fitted to.
class RankingFits : public ::testing::TestWithParam<Distance> {
protected:
    static constexpr uint32_t kDim = 24;
    static constexpr uint32_t kRows = 3'000;

    RankingFits() {
        ClusteredShape shape;
        shape.rows = kRows;
        shape.dim = kDim;
        shape.seed = 11;
        const DenseDataset rows = clustered_vectors(shape);
        space_ = HashSpace(kDim, GetParam());
        space_.fit(rows.values());
        vectors_ = space_.map_documents(rows.values());
        HashParameters parameters;
        parameters.assignments = 2;
        CellAssignment assignment;
        cells_ =
            train_cells(vectors_, inner(), parameters.resolved(kRows), assignment, no_progress())
                .value();
        begins_.assign(size_t{cells_.cell_count()} + 1, 0);
        for (const uint32_t c : assignment.cells)
            if (c != CellAssignment::kNoCell) ++begins_[size_t{c} + 1];
        std::partial_sum(begins_.begin(), begins_.end(), begins_.begin());
        members_.resize(begins_.back());
        std::vector<uint64_t> next(begins_.begin(), begins_.end() - 1);
        for (size_t i = 0; i < assignment.cells.size(); ++i) {
            const uint32_t c = assignment.cells[i];
            if (c != CellAssignment::kNoCell)
                members_[next[c]++] = static_cast<uint32_t>(i / assignment.each);
        }
    }

    [[nodiscard]] uint32_t inner() const { return space_.inner_dim(); }
    [[nodiscard]] std::span<const float> row(uint32_t r) const {
        return std::span(vectors_).subspan(size_t{r} * inner(), inner());
    }
    [[nodiscard]] double product(std::span<const float> a, std::span<const float> b) const {
        double sum = 0;
        for (uint32_t d = 0; d < inner(); ++d)
            sum += static_cast<double>(a[d]) * static_cast<double>(b[d]);
        return sum;
    }
    [[nodiscard]] RankingExamples examples(std::span<const float> queries = {},
                                           std::span<const RelevantPair> pairs = {}) const {
        return make_ranking_examples({space_, vectors_, cells_, begins_, members_}, queries, pairs,
                                     600, 3);
    }
    [[nodiscard]] RankingFit fit(const RankingExamples& from) const {
        std::vector<float> rests;
        for (size_t i = 0; i < from.rows.size(); ++i) {
            for (uint32_t d = 0; d < inner(); ++d)
                rests.push_back(row(from.rows[i])[d] - cells_.centroid(from.cells[i])[d]);
        }
        const CodeShape shape{CodeKind::kProduct4, inner(), 4};
        const CodeBook book = CodeBook::train(shape, rests, 1).value();
        std::vector<float> known;
        std::vector<uint8_t> codes(from.rows.size() * shape.subspaces());
        for (size_t i = 0; i < from.rows.size(); ++i) {
            const auto query = std::span(from.queries).subspan(i / from.each * inner(), inner());
            known.push_back(static_cast<float>(product(query, cells_.centroid(from.cells[i]))));
            book.encode(std::span(rests).subspan(i * inner(), inner()),
                        std::span(codes).subspan(i * shape.subspaces(), shape.subspaces()));
        }
        return fit_ranking(book, {from.each, from.queries, from.scores, known, codes},
                           no_progress());
    }

    HashSpace space_;
    std::vector<float> vectors_;
    Cells cells_;
    std::vector<uint64_t> begins_;
    std::vector<uint32_t> members_;
};

TEST_P(RankingFits, ExamplesAreRowsNearTheirQueries) {
    const RankingExamples made = examples();
    ASSERT_GT(made.count(), 300U);
    ASSERT_EQ(made.queries.size(), made.count() * inner());
    for (size_t q = 0; q < made.count(); ++q) {
        const auto query = std::span(made.queries).subspan(q * inner(), inner());
        std::set<uint32_t> seen;
        for (size_t i = q * made.each; i < (q + 1) * made.each; ++i) {
            const double score = product(query, row(made.rows[i]));
            EXPECT_NEAR(static_cast<double>(made.scores[i]), score, 1e-3 * (1 + std::abs(score)));
            EXPECT_TRUE(seen.insert(made.rows[i]).second) << "query " << q;
            const auto cell = std::span(members_).subspan(
                begins_[made.cells[i]], begins_[made.cells[i] + 1] - begins_[made.cells[i]]);
            EXPECT_TRUE(std::binary_search(cell.begin(), cell.end(), made.rows[i]));
        }
    }
}

TEST_P(RankingFits, GivenQueriesAndTheirAnswersAreTaken) {
    // A row with noise asks, and the row of another's example answers, though others score more.
    std::vector<float> queries;
    std::vector<RelevantPair> pairs;
    for (uint32_t q = 0; q < 100; ++q)
        queries.insert(queries.end(), row(q * 7).begin(), row(q * 7).begin() + kDim);
    const RankingExamples plain = examples(queries);
    ASSERT_GT(plain.count(), 50U);
    for (uint32_t q = 0; q < 100; ++q) pairs.emplace_back(q, q * 7);
    const RankingExamples paired = examples(queries, pairs);
    size_t found = 0;
    for (size_t q = 0; q < paired.count(); ++q) {
        const auto rows = std::span(paired.rows).subspan(q * paired.each, paired.each);
        found += std::any_of(rows.begin(), rows.end(), [](uint32_t r) { return r % 7 == 0; });
    }
    EXPECT_EQ(found, paired.count());
}

TEST_P(RankingFits, HeldOutQueriesRankBetter) {
    const RankingExamples made = examples();
    omp_set_num_threads(1);
    const RankingFit fitted = fit(made);
    EXPECT_GT(fitted.before, 0);
    EXPECT_LT(fitted.after, fitted.before);
    EXPECT_GT(fitted.rounds, 0U);
    omp_set_num_threads(3);
    const RankingFit again = fit(made);
    omp_set_num_threads(1);
    EXPECT_TRUE(std::equal(again.book.entries().begin(), again.book.entries().end(),
                           fitted.book.entries().begin()));
}

INSTANTIATE_TEST_SUITE_P(Distances, RankingFits,
                         ::testing::Values(Distance::kDot, Distance::kCosine, Distance::kEuclid),
                         [](const auto& of) { return std::string(distance_name(of.param)); });

}  // namespace
}  // namespace temblor::testing
