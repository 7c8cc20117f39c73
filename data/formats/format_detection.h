#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "data/formats/collection_reader.h"
#include "data/status.h"

namespace temblor {

/// Tells a format from the first (decompressed) bytes of a file, 64 or all of them, and, where the
/// file is not compressed, from its size (`plain_size`; 0: unknown). JSONL begins with '{' and has
/// no zero bytes; CSR's 64-bit row count has a zero upper half, where Seismic's format has the
/// first row's nnz, and a first offset of 0 at byte 24. kInvalidArgument when nothing fits.
Result<InputFormat> detect_format(std::span<const std::byte> head, uint64_t plain_size,
                                  const std::string& path);

}  // namespace temblor
