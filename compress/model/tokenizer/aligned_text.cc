#include "compress/model/tokenizer/aligned_text.h"

#include <array>

#include <simdjson.h>
#include <unicode/utf8.h>

namespace temblor {
namespace {

bool continues_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

// ICU's macro is not written for this warning.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
// The character at `position`, moved past it; U+FFFD for each maximal ill-formed part.
UChar32 next_of_any_bytes(std::string_view bytes, int32_t& position) {
    UChar32 character = 0;
    const auto length = static_cast<int32_t>(bytes.size());
    U8_NEXT_OR_FFFD(bytes.data(), position, length, character);
    return character;
}
#pragma GCC diagnostic pop

}  // namespace

UChar32 next_character(std::string_view text, size_t& position) {
    const auto lead = static_cast<unsigned char>(text[position]);
    if (lead < 0x80) {
        ++position;
        return lead;
    }
    const auto byte = [&](size_t i) {
        return static_cast<UChar32>(static_cast<unsigned char>(text[position + i]) & 0x3F);
    };
    UChar32 character = 0;
    if (lead < 0xE0) {
        character = ((lead & 0x1F) << 6) | byte(1);
        position += 2;
    } else if (lead < 0xF0) {
        character = ((lead & 0x0F) << 12) | (byte(1) << 6) | byte(2);
        position += 3;
    } else {
        character = ((lead & 0x07) << 18) | (byte(1) << 12) | (byte(2) << 6) | byte(3);
        position += 4;
    }
    return character;
}

void append_character(std::string& out, UChar32 character) {
    if (character < 0x80) {
        out.push_back(static_cast<char>(character));
        return;
    }
    std::array<char, U8_MAX_LENGTH> bytes{};
    int32_t length = 0;
    U8_APPEND_UNSAFE(bytes.data(), length, character);
    out.append(bytes.data(), static_cast<size_t>(length));
}

AlignedText AlignedText::from_bytes(std::string_view bytes, uint32_t place) {
    if (simdjson::validate_utf8(bytes.data(), bytes.size())) {
        return {std::string(bytes), place};
    }
    AlignedText made(std::string(), place);
    for (int32_t i = 0; i < static_cast<int32_t>(bytes.size());) {
        const int32_t begin = i;
        made.append(next_of_any_bytes(bytes, i),
                    {place + static_cast<uint32_t>(begin), place + static_cast<uint32_t>(i)});
    }
    return made;
}

TextRange AlignedText::origin(size_t position) const {
    if (!positional_) return origins_[position];
    size_t begin = position;
    while (begin > 0 && continues_character(text_[begin])) --begin;
    size_t end = position + 1;
    while (end < text_.size() && continues_character(text_[end])) ++end;
    return {place_ + static_cast<uint32_t>(begin), place_ + static_cast<uint32_t>(end)};
}

AlignedText AlignedText::slice(size_t begin, size_t end) const {
    AlignedText part(text_.substr(begin, end - begin), place_ + static_cast<uint32_t>(begin));
    if (!positional_) {
        part.positional_ = false;
        part.origins_.assign(origins_.begin() + static_cast<std::ptrdiff_t>(begin),
                             origins_.begin() + static_cast<std::ptrdiff_t>(end));
    }
    return part;
}

void AlignedText::keep_origins() {
    if (!positional_) return;
    origins_.reserve(text_.capacity());
    for (size_t i = 0; i < text_.size();) {
        const size_t length = character_bytes(text_[i]);
        const auto begin = place_ + static_cast<uint32_t>(i);
        origins_.insert(origins_.end(), length, {begin, begin + static_cast<uint32_t>(length)});
        i += length;
    }
    positional_ = false;
}

void AlignedText::append(UChar32 character, TextRange origin) {
    const size_t before = text_.size();
    append_character(text_, character);
    const size_t length = text_.size() - before;
    if (positional_) {
        if (before == 0) place_ = origin.begin;
        if (origin.begin == place_ + before && origin.size() == length) return;
        text_.resize(before);
        keep_origins();
        append_character(text_, character);
    }
    origins_.insert(origins_.end(), length, origin);
}

void AlignedText::append(std::string_view characters, TextRange origin) {
    if (characters.empty()) return;
    keep_origins();
    text_ += characters;
    origins_.insert(origins_.end(), characters.size(), origin);
}

void AlignedText::append(const AlignedText& other, size_t begin, size_t end) {
    if (begin == end) return;
    if (positional_ && other.positional_) {
        const auto place = other.place_ + static_cast<uint32_t>(begin);
        if (text_.empty()) place_ = place;
        if (place == place_ + text_.size()) {
            text_.append(other.text_, begin, end - begin);
            return;
        }
    }
    keep_origins();
    text_.append(other.text_, begin, end - begin);
    if (other.positional_) {
        for (size_t i = begin; i < end;) {
            const size_t length = character_bytes(other.text_[i]);
            const auto first = other.place_ + static_cast<uint32_t>(i);
            origins_.insert(origins_.end(), length, {first, first + static_cast<uint32_t>(length)});
            i += length;
        }
    } else {
        origins_.insert(origins_.end(), other.origins_.begin() + static_cast<std::ptrdiff_t>(begin),
                        other.origins_.begin() + static_cast<std::ptrdiff_t>(end));
    }
}

void AlignedText::append_byte(char byte, const AlignedText& other, size_t position) {
    const TextRange origin = other.origin(position);
    if (positional_) {
        if (text_.empty()) place_ = origin.begin;
        if (origin.begin == place_ + text_.size() && origin.size() == 1) {
            text_.push_back(byte);
            return;
        }
        keep_origins();
    }
    text_.push_back(byte);
    origins_.push_back(origin);
}

}  // namespace temblor
