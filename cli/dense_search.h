#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/command.h"
#include "cli/dense_eval.h"
#include "cli/query_model.h"

namespace temblor::cli {

/// What `search` was asked of a segment of dense vectors.
struct DenseSearchTask {
    std::string index;
    std::optional<std::string> text;
    std::optional<std::string> vector;  ///< a JSON array
    std::optional<std::string> queries;
    std::string query_ids;
    uint32_t k = 10;
    bool exact = false;
    std::optional<double> recall;
    bool as_json = false;
};

/// Searches and prints, as `search` does for sparse vectors; text goes through the model.
Outcome search_dense_file(const DenseSearchFlags& flags, const QueryModelFlags& model,
                          const DenseSearchTask& task);

}  // namespace temblor::cli
