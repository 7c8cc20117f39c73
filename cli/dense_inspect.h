#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/command.h"

namespace temblor::cli {

/// One row of a segment of dense vectors, by its number or its id.
struct DenseInspectTask {
    std::string index;
    std::optional<std::string> id;
    std::optional<uint64_t> row;
    bool as_json = false;
};

/// Prints the row's vector as it is stored, and the blocks it stands in or its neighbours in each
/// level. Blocks are found by a scan of all postings.
Outcome inspect_dense(const DenseInspectTask& task);

}  // namespace temblor::cli
