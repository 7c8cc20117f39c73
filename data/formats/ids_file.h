#pragma once

#include <cstdint>
#include <string>

#include "data/document_ids.h"
#include "data/io/byte_reader.h"
#include "data/status.h"

namespace temblor {

/// An id a line, in row order; plain, gzip or zstd. There must be `rows` of them, none empty, none
/// twice: errors name the file and the lines, or both counts.
Result<DocumentIds> read_ids(ByteReader& reader, uint64_t rows);
Result<DocumentIds> read_ids_file(const std::string& path, uint64_t rows);

}  // namespace temblor
