#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace temblor::cli {

/// Grades of the judged documents of one query, by document id.
using Grades = std::unordered_map<std::string, int>;

/// nDCG@cut as trec_eval computes it: gain = grade (below 0 counts as 0), discount
/// 1 / log2(rank + 1), ideal ranking over all judged documents. 0 when nothing is relevant.
double ndcg(std::span<const std::string> ranking, const Grades& grades, size_t cut);

/// 1 / rank of the first document of grade above 0 within `cut`, else 0.
double reciprocal_rank(std::span<const std::string> ranking, const Grades& grades, size_t cut);

/// Share of all documents of grade above 0 that stand within `cut`. 0 when nothing is relevant.
double recall(std::span<const std::string> ranking, const Grades& grades, size_t cut);

/// Share of the rows of `exact` that are among `found`; 1 when `exact` is empty. Order is no part.
double accuracy(std::span<const uint32_t> found, std::span<const uint32_t> exact);

/// 0 for no values.
double mean(std::span<const double> values);

/// The smallest value that at least `percent` % of the values do not exceed (nearest rank, as
/// latencies are reported). 0 for no values. O(n).
double percentile(std::vector<double> values, double percent);

}  // namespace temblor::cli
