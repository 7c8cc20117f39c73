#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "compress/model/files/stored_tensor.h"
#include "data/status.h"

namespace temblor {

/// The longest header that is read, as in the format's own library.
inline constexpr size_t kMaxSafeTensorsHeader = 100'000'000;
/// The most dimensions of a tensor that are read.
inline constexpr size_t kMaxTensorDimensions = 8;

/// The tensors of one safetensors file, ordered by offset. `file` is the whole file; the tensors
/// point into it. `path` is for messages and for StoredTensor::file.
///
/// Nothing of the header is believed: its length, every type, shape, product and range is checked,
/// and the ranges must tile the data without overlap or hole, as the format demands. A tensor of no
/// elements is legal.
///
/// Errors: kCorruption naming file and tensor; kUnimplemented for element types that are not read.
/// O(header + tensors log tensors). Format: https://github.com/huggingface/safetensors.
Result<std::vector<StoredTensor>> parse_safetensors(std::span<const std::byte> file,
                                                    const std::string& path);

}  // namespace temblor
