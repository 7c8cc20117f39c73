#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <unicode/umachine.h>

#include "compress/model/tokenizer/tokenizer.h"

namespace temblor {

/// The longest text that a tokenizer takes, and the longest it may become by normalisation.
inline constexpr size_t kMaxTokenizedBytes = size_t{1} << 26;
inline constexpr size_t kMaxNormalizedBytes = size_t{1} << 29;

/// Bytes [begin, end) of a text under normalisation, or of its original.
struct TextRange {
    uint32_t begin = 0;
    uint32_t end = 0;
    bool operator==(const TextRange&) const = default;
    [[nodiscard]] uint32_t size() const { return end - begin; }
};

/// A text on its way through normalisers: well-formed UTF-8 that knows of each of its bytes which
/// bytes of the original it stands for. As long as characters were at most replaced by others of
/// the same length, that is the position itself and nothing is stored; else 8 bytes a byte.
class AlignedText {
public:
    AlignedText() = default;
    /// `text`, well-formed, stands at byte `place` of the original, unchanged.
    AlignedText(std::string text, uint32_t place) : text_(std::move(text)), place_(place) {}
    /// Any bytes of an original that begin at `place`: each maximal ill-formed part is one U+FFFD.
    static AlignedText from_bytes(std::string_view bytes, uint32_t place);

    [[nodiscard]] std::string_view text() const { return text_; }
    [[nodiscard]] bool empty() const { return text_.empty(); }
    [[nodiscard]] uint32_t size() const { return static_cast<uint32_t>(text_.size()); }

    /// The original of the character that the byte at `position` is part of. O(1).
    [[nodiscard]] TextRange origin(size_t position) const;
    /// The original of bytes [begin, end), begin < end: from the first's begin to the last's end.
    [[nodiscard]] TextRange origin(size_t begin, size_t end) const {
        return {origin(begin).begin, origin(end - 1).end};
    }
    [[nodiscard]] AlignedText slice(size_t begin, size_t end) const;

    /// Adds at the end.
    void append(UChar32 character, TextRange origin);
    void append(std::string_view characters, TextRange origin);
    /// Bytes [begin, end) of `other`, on boundaries of characters, with their origins.
    void append(const AlignedText& other, size_t begin, size_t end);
    /// One byte that takes the place of one byte, `position` of `other`.
    void append_byte(char byte, const AlignedText& other, size_t position);
    void reserve(size_t bytes) { text_.reserve(bytes); }

private:
    void keep_origins();

    std::string text_;
    uint32_t place_ = 0;
    bool positional_ = true;          ///< byte i of `text_` is byte place_ + i of the original
    std::vector<TextRange> origins_;  ///< a byte each, unless positional
};

/// The character at `position` of well-formed `text`, which is moved past it.
UChar32 next_character(std::string_view text, size_t& position);

/// The length of the character that starts with `lead`, in well-formed UTF-8.
inline size_t character_bytes(char lead) {
    const auto byte = static_cast<unsigned char>(lead);
    return byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

void append_character(std::string& out, UChar32 character);

}  // namespace temblor
