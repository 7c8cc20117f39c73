#pragma once

#include <string>

#include "cli/command.h"

namespace temblor::cli {

/// Prints sizes, parameters and the shape of lists or graph of a segment of dense vectors. Reads
/// all postings or neighbours once. kCorruption where they point outside their sections.
Outcome dense_stats(const std::string& index, bool as_json);

}  // namespace temblor::cli
