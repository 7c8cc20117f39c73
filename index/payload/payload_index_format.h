#pragma once

#include <array>
#include <cstdint>

namespace temblor {

// The bytes of a payload index, little endian, every part padded with zeros to 8 bytes:
//
//     PayloadIndexHeader
//     key            canonical text (key_path.h)
//     empty rows     bitmaps in Roaring's portable format: where the key is empty,
//     null rows      where it is null or its array holds null,
//     other rows     and where it holds a value, or element, that is not null and not indexed
//     body           by type
//
// Body of keyword, values distinct and in byte order:
//     u64 value_ends[entries + 1]     from the start of the characters; the first is 0
//     u64 bitmap_ends[entries + 1]    from the start of the bitmaps; the first is 0
//     characters                      padded to 8 bytes
//     bitmaps                         rows by value
// Body of integer (i64), float (f64, finite, no negative zero) and datetime (i64 microseconds):
//     values[entries], then u32 rows[entries]; distinct pairs, ascending by value, then row
// Body of bool, with entries = 2:
//     u64 bytes of the bitmap of false, that bitmap, and the bitmap of true; nothing padded
struct PayloadIndexHeader {
    std::array<char, 4> magic{};
    uint32_t type = 0;  ///< PayloadType
    uint64_t rows = 0;
    uint64_t entries = 0;
    uint64_t key_bytes = 0;  ///< sizes are without padding
    uint64_t empty_bytes = 0;
    uint64_t null_bytes = 0;
    uint64_t other_bytes = 0;
    uint64_t body_bytes = 0;
};
static_assert(sizeof(PayloadIndexHeader) == 64);

inline constexpr std::array<char, 4> kPayloadIndexMagic = {'T', 'P', 'I', '1'};
inline constexpr uint64_t kPayloadIndexAlignment = 8;

/// Bytes of padding behind a part of `bytes`.
constexpr uint64_t payload_index_padding(uint64_t bytes) {
    return (kPayloadIndexAlignment - bytes % kPayloadIndexAlignment) % kPayloadIndexAlignment;
}

}  // namespace temblor
