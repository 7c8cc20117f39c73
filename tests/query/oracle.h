#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "data/sparse_dataset.h"
#include "query/searcher.h"

namespace temblor::testing {

/// Every document's score, in double precision by merging.
std::vector<double> all_scores(const SparseDataset& documents, SparseVectorView query);
/// Rows by falling score, ties by row; at most k.
std::vector<uint32_t> best_rows(const std::vector<double>& scores, uint64_t k);
/// Every document as the segment stores it.
SparseDataset stored_vectors(const Segment& segment);

/// `hits` are the best min(k, rows) documents, in order: scores as the oracle's, rows the oracle's
/// but for scores that agree within `tolerance` relative to the query's best.
void expect_exact(const std::vector<Hit>& hits, const std::vector<double>& scores, uint64_t k,
                  double tolerance);

/// Falling scores, equal ones by rising row, no row twice, every score the document's own.
void expect_in_order(const std::vector<Hit>& hits, const std::vector<double>& scores);

/// Share of the best k (of those with a score above 0) that `hits` hold.
double accuracy(const std::vector<Hit>& hits, const std::vector<double>& scores, uint64_t k);

/// One search with a scratch of its own; aborts on an error.
SearchResult search_once(const std::shared_ptr<const Segment>& segment, SparseVectorView query,
                         const SearchParameters& parameters, const AllowedRows* allowed = nullptr);

/// Every list, every block, no patience.
SearchParameters exhaustive(uint32_t k);
SearchParameters exact(uint32_t k);

}  // namespace temblor::testing
