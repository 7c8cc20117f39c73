#pragma once

#include <cstdint>
#include <string>

#include "data/document_ids.h"
#include "data/status.h"

namespace temblor::cli {

/// The row of the document that is called `id`. A file keeps no table from ids to rows: a scan, for
/// a person at a terminal. kNotFound names `path`.
Result<uint64_t> find_row(const DocumentIds& ids, const std::string& path, const std::string& id);

/// kNotFound, naming `path`, when there is no row `row` among `rows`.
Status check_row(uint64_t row, uint64_t rows, const std::string& path);

}  // namespace temblor::cli
