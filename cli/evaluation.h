#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "data/document_ids.h"
#include "data/formats/relevance.h"
#include "data/progress.h"
#include "data/status.h"
#include "query/search_parameters.h"

namespace temblor::cli {

/// Answers the query of that number into `result`, whose memory it may reuse.
using QueryRunner = std::function<Status(uint64_t query, SearchResult& result)>;

/// Latencies of one pass over the queries, microseconds.
struct Latency {
    double mean = 0;
    double p50 = 0;
    double p99 = 0;
};
Latency summarise(const std::vector<double>& microseconds);

struct Measurement {
    std::vector<std::vector<Hit>> hits;  ///< of each query
    SearchCounters totals;               ///< over all queries of one pass
    Latency latency;                     ///< of the pass whose mean is the median
};

/// Runs all `queries` `warmup` times untimed, then in `repeats` (at least 1) timed passes, one
/// query after the other, the clock read around each. kCancelled when `progress` says so.
Result<Measurement> measure(uint64_t queries, const QueryRunner& run, uint32_t warmup,
                            uint32_t repeats, Progress& progress);

/// Means over the queries that have judgements.
struct Quality {
    double ndcg = 0;             ///< at min(k, 10)
    double reciprocal_rank = 0;  ///< at min(k, 10)
    double recall = 0;           ///< at k
    uint64_t judged = 0;         ///< such queries
};

/// Documents that score `nothing` or less are no answers. kInvalidArgument when no query has a
/// judgement.
Result<Quality> assess(const std::vector<std::vector<Hit>>& hits, const DocumentIds& query_ids,
                       const DocumentIds& document_ids, const Qrels& qrels, uint32_t k,
                       float nothing = 0);

/// Mean share of the exact answers found. `truth` holds a row of exact answers a query, of which
/// the first k that score above `nothing` count; queries without any are left out.
double mean_accuracy(const std::vector<std::vector<Hit>>& hits,
                     const std::vector<std::vector<Hit>>& truth, uint32_t k, float nothing = 0);

/// The file's answers by query. kInvalidArgument when it is of another number of queries, holds
/// fewer than k answers a query, or names a row past `rows`.
Result<std::vector<std::vector<Hit>>> ground_truth_hits(const GroundTruth& truth, uint64_t queries,
                                                        uint64_t rows, uint32_t k);

}  // namespace temblor::cli
