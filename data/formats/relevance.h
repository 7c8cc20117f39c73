#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "data/status.h"

namespace temblor {

/// Relevance judgements: query id to document id to grade.
struct Qrels {
    std::unordered_map<std::string, std::unordered_map<std::string, int>> grades;
};

/// TREC (query, iteration, document, grade, blank-separated) or BEIR (query-id, corpus-id, score,
/// tab-separated with a header line); plain, gzip or zstd. Errors name file, line and field.
Result<Qrels> read_qrels(const std::string& path);

/// The k nearest documents of each query by row number, as BigANN stores them: u32 queries, u32 k,
/// int32 rows[queries * k], f32 scores[queries * k]. A row of -1 fills short answers.
struct GroundTruth {
    uint32_t queries = 0;
    uint32_t k = 0;
    std::vector<int32_t> rows;
    std::vector<float> scores;
};
Result<GroundTruth> read_ground_truth(const std::string& path);
Status write_ground_truth(const std::string& path, const GroundTruth& truth);

}  // namespace temblor
