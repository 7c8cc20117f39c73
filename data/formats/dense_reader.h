#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "data/dense_dataset.h"
#include "data/formats/dense_format.h"
#include "data/formats/reading_progress.h"
#include "data/io/byte_reader.h"
#include "data/progress.h"
#include "data/status.h"

namespace temblor {

/// Reads a whole file of dense vectors, plain, gzipped or zstd; "-" is standard input. Without
/// `format` it is told from the content. f16 becomes f32. A plain .npy of f32 or .fbin whose values
/// begin at a multiple of 4 is mapped, not copied. Shows "reading" progress in bytes of the file.
///
/// Every value is finite, every dimension lies between 1 and kMaxDenseDim. Errors name the file and
/// say what was found and what was expected: kCorruption for a structure that contradicts itself or
/// the file's length, kInvalidArgument for an array of another kind (npy_header.h) and for a value
/// that is not finite, with its row and column.
Result<DenseDataset> read_dense(const std::string& path, Progress& progress,
                                std::optional<DenseFormat> format = std::nullopt);

/// The same from a stream; memory grows as bytes arrive.
Result<DenseDataset> read_dense_from(ByteReader& reader, DenseFormat format,
                                     ReadingProgress& reading);

/// The same over the bytes of a plain file that `owner` keeps alive and that begin at a multiple of
/// 4.
Result<DenseDataset> view_dense(std::shared_ptr<const void> owner, std::span<const std::byte> bytes,
                                DenseFormat format, ReadingProgress& reading);

}  // namespace temblor
