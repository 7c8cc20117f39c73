#include "compress/model/model_options.h"

#include <fmt/format.h>

namespace temblor {

Result<Precision> parse_precision(std::string_view name) {
    if (name == "f32") return Precision::kF32;
    if (name == "bf16") return Precision::kBF16;
    if (name == "f16") return Precision::kF16;
    if (name == "int8") return Precision::kInt8;
    return Status::invalid_argument(fmt::format("expected f32, bf16, f16 or int8, got '{}'", name));
}

}  // namespace temblor
