#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "query/dense/dense_searcher.h"

namespace temblor::testing {

/// dense_score() of every row of the store as it is stored, in row order.
std::vector<float> stored_scores(const VectorStore& store, std::span<const float> query);

/// Searches once with a scratch of its own; aborts on an error.
SearchResult search_dense_once(const DenseSegment& segment, std::span<const float> query,
                               const DenseSearchParameters& parameters, DenseScope scope = {});

/// Falling scores, equal ones by rising row, no row twice, each score the row's own.
void expect_dense_order(const std::vector<Hit>& hits, const std::vector<float>& scores,
                        Distance distance);
/// That, and the best min(k, rows) of `among` (ascending rows): scores as the oracle's.
void expect_dense_answer(const std::vector<Hit>& hits, const std::vector<float>& scores,
                         const std::vector<uint32_t>& among, uint64_t k, Distance distance);

/// Share of the best k of `among` that `hits` hold.
double dense_recall(const std::vector<Hit>& hits, const std::vector<float>& scores,
                    const std::vector<uint32_t>& among, uint64_t k);

/// 0 to n - 1.
std::vector<uint32_t> all_rows(uint64_t n);

}  // namespace temblor::testing
