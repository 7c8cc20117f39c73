#pragma once

#include <memory>
#include <optional>
#include <string>

#include "data/formats/collection_reader.h"
#include "data/formats/reading_progress.h"
#include "data/io/byte_reader.h"
#include "data/sparse_dataset.h"
#include "data/sparse_vector.h"
#include "data/status.h"

namespace temblor {

/// A file of documents or queries, opened, its compression seen through and its format settled.
struct InputFile {
    InputFormat format = InputFormat::kJsonl;
    std::unique_ptr<ByteReader> reader;  ///< at the first byte; its path() is for errors
    bool mappable = false;               ///< a regular file, not compressed
};

/// "-" reads standard input. Without `format` it is told from the content. Errors: kNotFound,
/// kIoError, kCorruption of a compressed stream, kInvalidArgument when no format fits.
Result<InputFile> open_input_file(const std::string& path, std::optional<InputFormat> format);

/// The binary formats, which hold vectors alone, whole: a plain CSR file is mapped, others are in
/// memory. Every entry is checked. `path` as it was opened.
Result<SparseDataset> read_sparse_rows(const std::string& path, InputFile& input, ValueRule rule,
                                       ReadingProgress& reading);

}  // namespace temblor
