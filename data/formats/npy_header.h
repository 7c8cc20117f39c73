#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "data/io/byte_reader.h"
#include "data/status.h"

namespace temblor {

/// How a value is stored: IEEE 754, little endian.
enum class FloatWidth : uint8_t { kF16 = 2, kF32 = 4 };

/// What the header of a .npy file says.
struct NpyHeader {
    uint64_t rows = 0;
    uint64_t dim = 0;
    FloatWidth width = FloatWidth::kF32;
    uint64_t data_offset = 0;  ///< where the values begin
};

/// NumPy's format (numpy.lib.format), versions 1 to 3: the magic, two bytes of version, the length
/// of the header (u16, from version 2 on u32), then a Python dictionary with `descr`,
/// `fortran_order` and `shape`. Read up to the first value. Errors say what was found and what was
/// expected: kInvalidArgument for arrays of another kind than rows of '<f2' or '<f4' in C order,
/// kCorruption for a header that cannot be read; both name the file.
Result<NpyHeader> read_npy_header(ByteReader& reader);

/// A header of version 1; the values after it begin at a multiple of 64, as NumPy's do.
std::string make_npy_header(uint64_t rows, uint64_t dim, FloatWidth width);

bool starts_as_npy(std::span<const std::byte> head);

}  // namespace temblor
