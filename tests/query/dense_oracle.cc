#include "tests/query/dense_oracle.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include <gtest/gtest.h>

#include "data/dense_vector.h"
#include "query/collection/dense_distance.h"

namespace temblor::testing {
namespace {

/// Sums of products round; a distance is the root of one.
void expect_near_score(float found, float expected, Distance distance) {
    const auto scale = [distance](float score) {
        const auto s = static_cast<double>(score);
        return distance == Distance::kEuclid ? s * s : s;
    };
    EXPECT_NEAR(scale(found), scale(expected), 3e-4 * (1 + std::abs(scale(expected))));
}

}  // namespace

std::vector<float> stored_scores(const VectorStore& store, std::span<const float> query) {
    std::vector<float> asked(query.begin(), query.end());
    if (store.distance() == Distance::kCosine) normalize(asked);
    std::vector<float> row(store.dim());
    std::vector<float> scores;
    for (uint64_t r = 0; r < store.rows(); ++r) {
        store.read(r, row);
        scores.push_back(dense_score(store.distance(), asked, row));
    }
    return scores;
}

SearchResult search_dense_once(const DenseSegment& segment, std::span<const float> query,
                               const DenseSearchParameters& parameters, DenseScope scope) {
    DenseScratch scratch;
    SearchResult result;
    const DenseSource source{&segment.store(), segment.hashed(), nullptr, segment.graph()};
    const Status status = search_dense(source, query, parameters, scope, scratch, result);
    EXPECT_TRUE(status.is_ok()) << status.message();
    return result;
}

void expect_dense_order(const std::vector<Hit>& hits, const std::vector<float>& scores,
                        Distance distance) {
    std::set<uint32_t> rows;
    for (size_t i = 0; i < hits.size(); ++i) {
        ASSERT_LT(hits[i].row, scores.size());
        EXPECT_TRUE(rows.insert(hits[i].row).second) << "row " << hits[i].row << " twice";
        expect_near_score(hits[i].score, scores[hits[i].row], distance);
        if (i == 0) continue;
        EXPECT_GE(hits[i - 1].score, hits[i].score);
        if (hits[i - 1].score == hits[i].score) {
            EXPECT_LT(hits[i - 1].row, hits[i].row);
        }
    }
}

void expect_dense_answer(const std::vector<Hit>& hits, const std::vector<float>& scores,
                         const std::vector<uint32_t>& among, uint64_t k, Distance distance) {
    ASSERT_EQ(hits.size(), std::min<uint64_t>(k, among.size()));
    expect_dense_order(hits, scores, distance);
    std::vector<float> best;
    for (const uint32_t r : among) best.push_back(scores[r]);
    std::sort(best.begin(), best.end(), std::greater<>());
    for (size_t i = 0; i < hits.size(); ++i) {
        EXPECT_TRUE(std::binary_search(among.begin(), among.end(), hits[i].row));
        expect_near_score(scores[hits[i].row], best[i], distance);
        if (::testing::Test::HasFailure()) return;
    }
}

double dense_recall(const std::vector<Hit>& hits, const std::vector<float>& scores,
                    const std::vector<uint32_t>& among, uint64_t k) {
    const auto wanted = std::min<uint64_t>(k, among.size());
    if (wanted == 0) return 1;
    std::vector<float> best;
    for (const uint32_t r : among) best.push_back(scores[r]);
    std::sort(best.begin(), best.end(), std::greater<>());
    const float least = best[wanted - 1];
    // What scores as the last of them counts as well as it.
    const auto found = std::count_if(hits.begin(), hits.end(),
                                     [&](const Hit& h) { return scores[h.row] >= least; });
    return static_cast<double>(std::min<uint64_t>(static_cast<uint64_t>(found), wanted)) /
           static_cast<double>(wanted);
}

std::vector<uint32_t> all_rows(uint64_t n) {
    std::vector<uint32_t> rows(n);
    std::iota(rows.begin(), rows.end(), 0U);
    return rows;
}

}  // namespace temblor::testing
