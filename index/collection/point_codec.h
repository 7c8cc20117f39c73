#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "data/point.h"
#include "data/status.h"

namespace temblor {

/// How points lie in the database (docs/format.md). Keys sort as bytes in the order that is meant.

/// Ids in the order of scrolling: numbers, then UUIDs, then strings. A byte for the kind (1, 2, 3),
/// then 8 bytes big endian, 16 bytes or the characters.
std::string encode_id(const DocumentId& id);
/// Errors: kCorruption.
Result<DocumentId> decode_id(std::string_view key);

/// Ordinals: 8 bytes big endian.
std::string encode_ordinal(uint64_t ordinal);
Result<uint64_t> decode_ordinal(std::string_view key);

/// A point's id and payload.
struct StoredPoint {
    DocumentId id;
    std::string payload;
};
std::string encode_point(const DocumentId& id, std::string_view payload);
Result<StoredPoint> decode_point(std::string_view value);

/// A point's vectors: u32 count; for each u16 bytes of name, name, u8 kind (1 sparse, 2 dense), u32
/// entries; sparse: u32 bytes of gaps, gaps between components in the StreamVByte code, then f32
/// values; dense: f32 values. Little endian.
std::string encode_vectors(const std::vector<NamedVector>& vectors);
Result<std::vector<NamedVector>> decode_vectors(std::string_view value);

}  // namespace temblor
