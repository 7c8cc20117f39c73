#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace temblor {

/// The element types of a safetensors file that can be read.
enum class TensorType : uint8_t { kF64, kF32, kF16, kBF16, kI64, kI32, kI16, kI8, kU8, kBool };

/// "F32" as the files write it.
std::string_view tensor_type_name(TensorType type);
/// Nothing for a name that is not one of TensorType's.
std::optional<TensorType> parse_tensor_type(std::string_view name);
/// Bytes of one element.
size_t tensor_type_size(TensorType type);

/// A tensor as a file holds it: row-major, little endian. `bytes` belong to the file's mapping, are
/// exactly the shape's product times the element's size, and need not be aligned.
struct StoredTensor {
    std::string name;
    TensorType type = TensorType::kF32;
    std::vector<int64_t> shape;
    std::span<const std::byte> bytes;
    std::string file;  ///< path, for messages
};

/// "[3, 128]".
std::string shape_text(std::span<const int64_t> shape);

}  // namespace temblor
