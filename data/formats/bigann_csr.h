#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "data/formats/reading_progress.h"
#include "data/io/byte_reader.h"
#include "data/sparse_dataset.h"
#include "data/sparse_vector.h"
#include "data/status.h"

namespace temblor {

/// The sparse format of the BigANN benchmarks (NeurIPS 2023), little endian: int64 rows, cols, nnz;
/// int64 offsets[rows + 1]; int32 components[nnz]; f32 values[nnz]. Every component is below cols,
/// which is at most 2^31. All readers check every entry; errors are kCorruption for a structure
/// that contradicts itself or the file's length and kInvalidArgument for entries that are not
/// allowed, both naming file, row and field.

/// From a stream; memory grows as bytes arrive. Bytes after the last value are an error.
Result<SparseDataset> read_bigann_csr(ByteReader& reader, ValueRule rule, ReadingProgress& reading);

/// Over bytes (a mapped file) that `owner` keeps alive and that begin at a multiple of 8; nothing
/// is copied.
Result<SparseDataset> view_bigann_csr(std::shared_ptr<const void> owner,
                                      std::span<const std::byte> bytes, ValueRule rule,
                                      ReadingProgress& reading);

/// Whether an uncompressed CSR file that begins with `head` (24 bytes or more) would be exactly
/// `file_size` bytes long.
bool is_whole_bigann_csr(std::span<const std::byte> head, uint64_t file_size);

}  // namespace temblor
