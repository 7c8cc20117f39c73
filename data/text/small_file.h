#pragma once

#include <string>

#include "data/status.h"

namespace temblor {

/// The largest file that read_small_file takes, after decompression.
inline constexpr size_t kMaxSmallFileBytes = size_t{1} << 28;

/// A whole file (a vocabulary, a table) in memory, plain, gzip or zstd. Errors: those of
/// data/io/byte_reader.h, and kResourceExhausted past kMaxSmallFileBytes.
Result<std::string> read_small_file(const std::string& path);

}  // namespace temblor
