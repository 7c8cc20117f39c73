#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "data/progress.h"
#include "data/status.h"

namespace temblor::cli {

/// Rankings as `search --queries` prints them: the documents of each query, best first.
struct TrecRun {
    std::vector<std::string> queries;  ///< in the order they came
    std::unordered_map<std::string, std::vector<std::string>> documents;
};

/// Reads "query Q0 document rank score name" a line, blank-separated; plain, gzip or zstd. Of each
/// query the first `depth` lines count, in the order of the file. Errors name file and line:
/// kInvalidArgument for another number of fields or a document that a query has twice.
Result<TrecRun> read_trec_run(const std::string& path, uint32_t depth, Progress& progress);

/// Reciprocal rank fusion (Cormack et al. 2009): a document's score is the sum over the runs that
/// have it of 1 / (k + rank), ranks from 1. A query's documents come by falling score, equal ones
/// in the order in which the runs have them.
struct FusedQuery {
    std::string query;
    std::vector<std::pair<std::string, float>> documents;
};
std::vector<FusedQuery> fuse_runs(const std::vector<TrecRun>& runs, double k);

}  // namespace temblor::cli
