#pragma once

#include <string>
#include <vector>

#include "data/progress.h"
#include "data/status.h"
#include "index/collection/store.h"

namespace temblor::cli {

/// What is wrong with a collection: why it did not open, what was found damaged when it was opened,
/// and what Collection::check() finds, each once. Errors: those that are not findings.
Result<std::vector<std::string>> check_collection(const StoredCollection& stored,
                                                  Progress& progress);

}  // namespace temblor::cli
