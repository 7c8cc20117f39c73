#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "data/row_bitmap.h"

namespace temblor {

// Bitmaps in Roaring's portable format (the RoaringFormatSpec repository). The library's reader
// checks sizes but trusts containers to be in order; these check everything first.

/// Appends the bytes of `rows`, runs compressed.
void append_bitmap(std::vector<std::byte>& out, RowBitmap rows);

/// The bitmap that `bytes` are, all of them. Nothing when they are no well-formed bitmap, or hold a
/// row that is not below `row_limit`. O(bytes).
std::optional<RowBitmap> read_bitmap(std::span<const std::byte> bytes, uint64_t row_limit);

/// How many rows the bitmap says it holds; reads its directory only, O(rows / 65536).
std::optional<uint64_t> bitmap_cardinality(std::span<const std::byte> bytes);

}  // namespace temblor
