#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/command.h"
#include "cli/dense_eval.h"

namespace temblor::cli {

/// Queries of a segment of dense vectors: one as JSON, or a file of them.
struct DenseSearchTask {
    std::string index;
    std::optional<std::string> vector;   ///< [number, ...]
    std::optional<std::string> queries;  ///< where there is no vector
    std::string query_ids;
    uint32_t k = 10;
    bool exact = false;
    std::optional<double> recall;
    bool as_json = false;
};

/// Searches and prints, as `search` does for sparse vectors.
Outcome search_dense_file(const DenseSearchFlags& flags, const DenseSearchTask& task);

}  // namespace temblor::cli
