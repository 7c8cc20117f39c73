#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "data/text/text_encoder.h"

namespace temblor::test {

/// The folder of real data: TEMBLOR_DATA, or ../shared/data from the project's root.
std::string real_data_folder();

/// The same folder followed by `relative`, if there is such a file.
std::optional<std::string> real_data_file(const std::string& relative);

/// A BEIR test collection in memory.
struct BeirCollection {
    std::vector<std::string> document_ids;
    std::vector<std::string> texts;  ///< title + " " + text
    std::vector<std::string> queries;
    std::vector<std::unordered_map<std::string, int>> grades;  ///< parallel to queries
};

/// The folder's corpus and those of its queries that qrels/test.tsv judges.
BeirCollection read_beir(const std::string& folder);

/// nDCG@10 (linear gains, as trec_eval has it) of a ranking of document ids.
double ndcg_at_10(const std::unordered_map<std::string, int>& grades,
                  const std::vector<std::string>& ranking);

/// The mean of it over the queries, by exact search over the encoded documents.
double mean_ndcg_at_10(const BeirCollection& collection, const EncodedCorpus& corpus);

}  // namespace temblor::test
