#include "tests/query/oracle.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include <gtest/gtest.h>

#include "data/check.h"

namespace temblor::testing {

std::vector<double> all_scores(const SparseDataset& documents, SparseVectorView query) {
    std::vector<double> scores(documents.rows());
    for (uint64_t r = 0; r < documents.rows(); ++r)
        scores[r] = inner_product(documents.row(r), query);
    return scores;
}

std::vector<uint32_t> best_rows(const std::vector<double>& scores, uint64_t k) {
    std::vector<uint32_t> rows(scores.size());
    std::iota(rows.begin(), rows.end(), 0U);
    std::stable_sort(rows.begin(), rows.end(),
                     [&](uint32_t a, uint32_t b) { return scores[a] > scores[b]; });
    rows.resize(std::min<uint64_t>(k, rows.size()));
    return rows;
}

SparseDataset stored_vectors(const Segment& segment) {
    SparseDatasetBuilder builder;
    for (uint64_t r = 0; r < segment.rows(); ++r) builder.add(segment.vector(r).value().view());
    return builder.finish(segment.dim()).value();
}

void expect_in_order(const std::vector<Hit>& hits, const std::vector<double>& scores) {
    std::set<uint32_t> rows;
    double largest = 0;
    for (const double s : scores) largest = std::max(largest, std::abs(s));
    for (size_t i = 0; i < hits.size(); ++i) {
        ASSERT_LT(hits[i].row, scores.size());
        ASSERT_TRUE(rows.insert(hits[i].row).second) << "row " << hits[i].row << " twice";
        const double score = scores[hits[i].row];
        ASSERT_NEAR(static_cast<double>(hits[i].score), score, 1e-6 * (std::abs(score) + largest))
            << "row " << hits[i].row;
        if (i == 0) continue;
        ASSERT_GE(hits[i - 1].score, hits[i].score) << "position " << i;
        if (hits[i - 1].score == hits[i].score) {
            ASSERT_LT(hits[i - 1].row, hits[i].row) << "position " << i;
        }
    }
}

void expect_exact(const std::vector<Hit>& hits, const std::vector<double>& scores, uint64_t k,
                  double tolerance) {
    const std::vector<uint32_t> best = best_rows(scores, k);
    ASSERT_EQ(hits.size(), best.size());
    expect_in_order(hits, scores);
    if (best.empty()) return;
    const double allowed = tolerance * std::abs(scores[best[0]]);
    for (size_t i = 0; i < best.size(); ++i) {
        if (hits[i].row == best[i]) continue;
        ASSERT_NEAR(scores[hits[i].row], scores[best[i]], allowed)
            << "position " << i << ": row " << hits[i].row << ", expected " << best[i];
    }
}

double accuracy(const std::vector<Hit>& hits, const std::vector<double>& scores, uint64_t k) {
    size_t found = 0;
    size_t wanted = 0;
    for (const uint32_t row : best_rows(scores, k)) {
        if (scores[row] <= 0) break;
        ++wanted;
        found += std::any_of(hits.begin(), hits.end(), [&](const Hit& h) { return h.row == row; })
                     ? 1
                     : 0;
    }
    return wanted == 0 ? 1 : static_cast<double>(found) / static_cast<double>(wanted);
}

SearchResult search_once(const std::shared_ptr<const Segment>& segment, SparseVectorView query,
                         const SearchParameters& parameters, const AllowedRows* allowed) {
    const Searcher searcher(segment);
    SearchScratch scratch(*segment);
    SearchResult result;
    const Status status = searcher.search(query, parameters, {allowed}, scratch, result);
    TEMBLOR_CHECK(status.is_ok());
    return result;
}

SearchParameters exhaustive(uint32_t k) {
    SearchParameters parameters;
    parameters.k = k;
    parameters.query_cut = UINT32_MAX;
    parameters.heap_factor = 0;
    parameters.patience = 0;
    return parameters;
}

SearchParameters exact(uint32_t k) {
    SearchParameters parameters;
    parameters.k = k;
    parameters.exact = true;
    return parameters;
}

}  // namespace temblor::testing
