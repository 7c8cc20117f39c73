#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "data/status.h"

namespace temblor {

using Uuid = std::array<uint8_t, 16>;

/// What a user calls a document: an unsigned number, a UUID or any other string.
using DocumentId = std::variant<uint64_t, Uuid, std::string>;

/// "17", "550e8400-e29b-41d4-a716-446655440000" or the string itself.
std::string to_string(const DocumentId& id);

/// A decimal number without sign, leading zeros or blanks that fits 64 bits is a u64; 8-4-4-4-12
/// hexadecimal digits in lower case are a UUID; all else is a string, so that to_string gives back
/// exactly `text`.
DocumentId parse_document_id(std::string_view text);

/// The first row whose text repeats an earlier one, with that one. O(n log n), 16 bytes a row.
struct RepeatedId {
    uint64_t first = 0;
    uint64_t second = 0;
};
std::optional<RepeatedId> find_repeated_id(const std::vector<std::string>& texts);

/// How the ids of a collection are stored. One kind holds for all its documents: the narrowest that
/// fits all of them, strings when they are mixed.
enum class IdKind : uint8_t { kRowNumber = 0, kU64 = 1, kUuid = 2, kString = 3 };

/// The ids of documents 0..n-1, in row order. Immutable; owned or mapped.
class DocumentIds {
public:
    DocumentIds() = default;

    /// Ids that are the row numbers themselves; takes no memory.
    static DocumentIds row_numbers(uint64_t count);
    /// Parses each text with parse_document_id and picks the kind. Repeated ids are an error that
    /// names both rows.
    static Result<DocumentIds> from_strings(const std::vector<std::string>& texts);
    /// Over bytes that `owner` keeps alive, in the layout of serialize(). Bounds-checked, O(1) for
    /// all kinds but strings, whose offsets are checked when an id is read.
    static Result<DocumentIds> from_bytes(std::shared_ptr<const void> owner, IdKind kind,
                                          uint64_t count, std::span<const std::byte> bytes);

    [[nodiscard]] IdKind kind() const { return kind_; }
    [[nodiscard]] uint64_t count() const { return count_; }
    /// The id of `row`, which must be below count().
    [[nodiscard]] DocumentId id(uint64_t row) const;
    [[nodiscard]] std::string id_string(uint64_t row) const { return to_string(id(row)); }

    /// The stored bytes: nothing for row numbers, u64 or 16 bytes an id, or for strings u64
    /// offsets[count + 1] followed by the characters. Little endian.
    [[nodiscard]] std::vector<std::byte> serialize() const;
    /// Checks what from_bytes left unchecked (string offsets). O(count).
    [[nodiscard]] Status validate() const;

private:
    IdKind kind_ = IdKind::kRowNumber;
    uint64_t count_ = 0;
    std::shared_ptr<const void> owner_;
    std::span<const std::byte> bytes_;
};

}  // namespace temblor
