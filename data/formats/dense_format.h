#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "data/status.h"

namespace temblor {

/// The file formats of dense vectors, all little endian.
enum class DenseFormat : uint8_t {
    kNpy,    ///< NumPy's: two dimensions, C order, '<f2' or '<f4' (data/formats/npy_header.h)
    kFvecs,  ///< a row: i32 dim, f32 values[dim]; the same dim in every row
    kFbin,   ///< u32 rows, u32 dim, f32 values[rows * dim]
};
std::string_view dense_format_name(DenseFormat format);
/// "npy", "fvecs" or "fbin".
Result<DenseFormat> parse_dense_format(std::string_view name);

/// Tells a format from the first (decompressed) bytes of a file, 64 or all of them, and, where the
/// file is not compressed, from its size (`plain_size`; 0: unknown): .npy by its magic, the others
/// by the size that their first numbers ask for, then by whether the second number is a small
/// integer, which as a float would be a denormal. A name that ends in .npy, .fvecs or .fbin (then
/// perhaps .gz or .zst) counts when nothing fits, so that a cut file is told as such.
/// kInvalidArgument when that fails too.
Result<DenseFormat> detect_dense_format(std::span<const std::byte> head, uint64_t plain_size,
                                        const std::string& path);

/// Whether a file holds dense vectors rather than sparse ones or text, told from the same. Of a
/// compressed .fvecs or .fbin only the name tells.
bool is_dense_file(std::span<const std::byte> head, uint64_t plain_size, const std::string& path);
/// The same of the file at `path`. Standard input ("-") and other pipes cannot be looked at twice:
/// false.
Result<bool> is_dense_file(const std::string& path);

/// Whether an uncompressed .fbin that begins with `head` would be exactly `file_size` bytes long.
bool is_whole_fbin(std::span<const std::byte> head, uint64_t file_size);

}  // namespace temblor
