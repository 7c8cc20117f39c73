#include "cli/dense_convert.h"

#include <fmt/format.h>

#include "cli/output.h"
#include "cli/terminal_progress.h"
#include "data/formats/dense_reader.h"
#include "data/formats/dense_writer.h"

namespace temblor::cli {

Result<FloatWidth> parse_float_width(std::string_view name) {
    if (name == "f16") return FloatWidth::kF16;
    if (name == "f32") return FloatWidth::kF32;
    return Status::invalid_argument(fmt::format("values \"{}\" (expected f16 or f32)", name));
}

DenseFormat format_to_write(std::string_view path) {
    if (path.ends_with(".fvecs")) return DenseFormat::kFvecs;
    return path.ends_with(".fbin") ? DenseFormat::kFbin : DenseFormat::kNpy;
}

Status write_dense(const std::string& path, const DenseDataset& data, DenseFormat format,
                   FloatWidth width, std::string_view compression) {
    switch (format) {
        case DenseFormat::kNpy:
            return write_npy(path, data, width, compression);
        case DenseFormat::kFvecs:
            return write_fvecs(path, data, compression);
        case DenseFormat::kFbin:
            return write_fbin(path, data, compression);
    }
    return Status::internal("no such format");
}

Outcome convert_dense(const DenseConversion& conversion) {
    if (conversion.width == FloatWidth::kF16 && conversion.to != DenseFormat::kNpy) {
        return Outcome::usage("--values f16 is for --to npy; the other formats hold f32");
    }
    TerminalProgress progress;
    TEMBLOR_ASSIGN_OR_RETURN(const DenseDataset data,
                             read_dense(conversion.input, progress, conversion.format));
    progress.clear();
    TEMBLOR_RETURN_IF_ERROR(write_dense(conversion.output, data, conversion.to, conversion.width,
                                        conversion.compression));
    return print(
        fmt::format("{}: {} rows of dimension {}\n", conversion.output, data.rows(), data.dim()));
}

}  // namespace temblor::cli
