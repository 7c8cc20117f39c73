#pragma once

#include <string>
#include <string_view>

#include "data/dense_dataset.h"
#include "data/formats/npy_header.h"
#include "data/status.h"

namespace temblor {

/// Writers of the formats of data/formats/dense_format.h, atomic. `compression`: "none", "gzip" or
/// "zstd". Errors: kInvalidArgument for what the format cannot hold, which says so, and those of
/// AtomicFile.

/// f16 rounds to nearest, ties to even; a value that would become infinite (from 65520 on) is an
/// error that names its row and column.
Status write_npy(const std::string& path, const DenseDataset& dataset, FloatWidth width,
                 std::string_view compression = "none");
/// At most 2^32 - 1 rows.
Status write_fbin(const std::string& path, const DenseDataset& dataset,
                  std::string_view compression = "none");
/// At least one row: only rows tell the dimension.
Status write_fvecs(const std::string& path, const DenseDataset& dataset,
                   std::string_view compression = "none");

}  // namespace temblor
