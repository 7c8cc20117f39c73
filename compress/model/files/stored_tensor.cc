#include "compress/model/files/stored_tensor.h"

#include <array>

#include <fmt/format.h>

namespace temblor {
namespace {

struct TypeFacts {
    std::string_view name;
    TensorType type;
    size_t size;
};

constexpr std::array<TypeFacts, 10> kTensorTypes = {{
    {"F64", TensorType::kF64, 8},
    {"F32", TensorType::kF32, 4},
    {"F16", TensorType::kF16, 2},
    {"BF16", TensorType::kBF16, 2},
    {"I64", TensorType::kI64, 8},
    {"I32", TensorType::kI32, 4},
    {"I16", TensorType::kI16, 2},
    {"I8", TensorType::kI8, 1},
    {"U8", TensorType::kU8, 1},
    {"BOOL", TensorType::kBool, 1},
}};

}  // namespace

std::string_view tensor_type_name(TensorType type) {
    return kTensorTypes[static_cast<size_t>(type)].name;
}

std::optional<TensorType> parse_tensor_type(std::string_view name) {
    for (const TypeFacts& facts : kTensorTypes) {
        if (facts.name == name) return facts.type;
    }
    return std::nullopt;
}

size_t tensor_type_size(TensorType type) { return kTensorTypes[static_cast<size_t>(type)].size; }

std::string shape_text(std::span<const int64_t> shape) {
    return fmt::format("[{}]", fmt::join(shape, ", "));
}

}  // namespace temblor
