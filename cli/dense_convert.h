#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cli/command.h"
#include "data/dense_dataset.h"
#include "data/formats/dense_format.h"
#include "data/formats/npy_header.h"
#include "data/status.h"

namespace temblor::cli {

/// `temblor convert` between the formats of dense vectors.
struct DenseConversion {
    std::string input;
    std::optional<DenseFormat> format;  ///< of the input; absent: told from the content
    std::string output;
    DenseFormat to = DenseFormat::kNpy;
    FloatWidth width = FloatWidth::kF32;  ///< kF16 is for kNpy alone
    std::string compression = "none";
};
Outcome convert_dense(const DenseConversion& conversion);

/// "f16" or "f32".
Result<FloatWidth> parse_float_width(std::string_view name);

/// The format that the name of a file to be written asks for: kNpy unless it ends in .fvecs or
/// .fbin.
DenseFormat format_to_write(std::string_view path);

/// Writes `data` in `format`.
Status write_dense(const std::string& path, const DenseDataset& data, DenseFormat format,
                   FloatWidth width, std::string_view compression);

}  // namespace temblor::cli
