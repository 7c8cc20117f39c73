#include "compress/model/tokenizer/charsmap_normalizer.h"

#include <cstring>

#include <fmt/format.h>
#include <simdjson.h>
#include <unicode/brkiter.h>
#include <unicode/locid.h>
#include <unicode/unistr.h>

#include "compress/model/tokenizer/text_rewriter.h"
#include "data/text/utf8_text.h"

namespace temblor {
namespace {

constexpr size_t kLongestWholeGrapheme = 5;

// The units of Darts' double array.
bool has_leaf(uint32_t unit) { return ((unit >> 8) & 1) != 0; }
uint32_t value_of(uint32_t unit) { return unit & 0x7FFFFFFF; }
uint32_t label_of(uint32_t unit) { return unit & 0x800000FF; }
uint32_t offset_of(uint32_t unit) { return (unit >> 10) << ((unit & (1U << 9)) >> 6); }

bool is_ascii_byte(char byte) { return static_cast<unsigned char>(byte) < 0x80; }

// Where a stretch ends that begins at `begin` and has graphemes beyond single ASCII characters:
// graphemes never join two ASCII characters, but for CR LF.
size_t end_of_stretch(std::string_view text, size_t begin) {
    size_t end = begin + 1;
    for (; end < text.size(); ++end) {
        const bool joined = text[end - 1] == '\r' && text[end] == '\n';
        if (is_ascii_byte(text[end - 1]) && is_ascii_byte(text[end]) && !joined) break;
    }
    return end;
}

// Calls `each` with the bytes [begin, end) of each grapheme.
template <typename Each>
Status for_each_grapheme(std::string_view text, Each each) {
    static const std::unique_ptr<icu::BreakIterator> prototype = [] {
        UErrorCode code = U_ZERO_ERROR;
        std::unique_ptr<icu::BreakIterator> made(
            icu::BreakIterator::createCharacterInstance(icu::Locale::getRoot(), code));
        return U_SUCCESS(code) ? std::move(made) : nullptr;
    }();
    if (prototype == nullptr) return Status::internal("graphemes: ICU has no rules");
    std::unique_ptr<icu::BreakIterator> breaks;
    for (size_t begin = 0; begin < text.size();) {
        const size_t end = end_of_stretch(text, begin);
        if (end == begin + 1) {
            each(begin, end);
            begin = end;
            continue;
        }
        if (breaks == nullptr) breaks.reset(prototype->clone());
        if (breaks == nullptr) return Status::resource_exhausted("no memory for graphemes");
        TEMBLOR_ASSIGN_OR_RETURN(const icu::UnicodeString units,
                                 decode_utf8(text.substr(begin, end - begin)));
        breaks->setText(units);
        int32_t from = breaks->first();
        for (int32_t to = breaks->next(); to != icu::BreakIterator::DONE; to = breaks->next()) {
            size_t bytes = 0;
            for (int32_t i = from; i < to; i = units.moveIndex32(i, 1)) {
                bytes += character_bytes(text[begin + bytes]);
            }
            each(begin, begin + bytes);
            begin += bytes;
            from = to;
        }
        begin = end;
    }
    return {};
}

}  // namespace

std::optional<std::string> decode_base64(std::string_view text) {
    while (text.ends_with('=')) text.remove_suffix(1);
    std::string bytes;
    bytes.reserve(text.size() / 4 * 3 + 3);
    uint32_t bits = 0;
    int count = 0;
    for (const char c : text) {
        uint32_t digit = 0;
        if (c >= 'A' && c <= 'Z') {
            digit = static_cast<uint32_t>(c - 'A');
        } else if (c >= 'a' && c <= 'z') {
            digit = static_cast<uint32_t>(c - 'a') + 26;
        } else if (c >= '0' && c <= '9') {
            digit = static_cast<uint32_t>(c - '0') + 52;
        } else if (c == '+') {
            digit = 62;
        } else if (c == '/') {
            digit = 63;
        } else {
            return std::nullopt;
        }
        bits = (bits << 6) | digit;
        count += 6;
        if (count >= 8) {
            count -= 8;
            bytes.push_back(static_cast<char>((bits >> count) & 0xFF));
        }
    }
    return bytes;
}

Result<std::unique_ptr<TextNormalizer>> CharsmapNormalizer::create(std::string_view bytes) {
    uint32_t trie_bytes = 0;
    if (bytes.size() < sizeof trie_bytes) {
        return Status::invalid_argument(
            fmt::format("charsmap of {} bytes: expected at least 4", bytes.size()));
    }
    std::memcpy(&trie_bytes, bytes.data(), sizeof trie_bytes);
    bytes.remove_prefix(sizeof trie_bytes);
    if (trie_bytes > bytes.size() || trie_bytes % 4 != 0 || trie_bytes == 0) {
        return Status::invalid_argument(
            fmt::format("charsmap: a trie of {} bytes, but {} follow", trie_bytes, bytes.size()));
    }
    std::unique_ptr<CharsmapNormalizer> made(new CharsmapNormalizer());
    made->trie_.resize(trie_bytes / 4);
    std::memcpy(made->trie_.data(), bytes.data(), trie_bytes);
    made->replacements_ = bytes.substr(trie_bytes);
    if (!simdjson::validate_utf8(made->replacements_)) {
        return Status::invalid_argument("charsmap: replacements that are not UTF-8");
    }
    return std::unique_ptr<TextNormalizer>(std::move(made));
}

std::optional<std::string_view> CharsmapNormalizer::find(std::string_view part) const {
    size_t node = offset_of(trie_[0]);
    for (const char c : part) {
        const auto byte = static_cast<unsigned char>(c);
        node ^= byte;
        if (byte == 0 || node >= trie_.size() || label_of(trie_[node]) != byte) return std::nullopt;
        const uint32_t unit = trie_[node];
        node ^= offset_of(unit);
        if (!has_leaf(unit)) continue;
        if (node >= trie_.size()) return std::nullopt;
        const uint32_t at = value_of(trie_[node]);
        if (at >= replacements_.size() ||
            (static_cast<unsigned char>(replacements_[at]) & 0xC0) == 0x80) {
            return std::nullopt;
        }
        const std::string_view rest = std::string_view(replacements_).substr(at);
        return rest.substr(0, rest.find('\0'));
    }
    return std::nullopt;
}

Status CharsmapNormalizer::apply(AlignedText& text) const {
    AlignedText out;
    out.reserve(text.size());
    TextRewriter rewriter(text, out);
    bool modified = false;
    std::vector<CharacterChange> changes;
    // The rule of `tokenizers`: characters beyond the number replaced are added, characters that
    // have no counterpart go with the last one; with an empty replacement, with the last one put.
    const auto replace = [&](std::string_view old_part, std::string_view new_part) {
        int difference = 0;
        for (size_t i = 0; i < old_part.size(); i += character_bytes(old_part[i])) --difference;
        const size_t first = changes.size();
        for (size_t i = 0; i < new_part.size(); ++difference) {
            changes.push_back({next_character(new_part, i), 0});
        }
        for (size_t i = changes.size(); difference > 0 && i > first; --difference) {
            changes[--i].change = 1;
        }
        if (difference < 0 && !changes.empty()) changes.back().change += difference;
    };
    const auto one_character = [&](std::string_view bytes) {
        size_t i = 0;
        changes.push_back({next_character(bytes, i), 0});
    };
    TEMBLOR_RETURN_IF_ERROR(for_each_grapheme(text.text(), [&](size_t begin, size_t end) {
        const std::string_view grapheme = text.text().substr(begin, end - begin);
        if (grapheme.size() <= kLongestWholeGrapheme) {
            if (const auto found = find(grapheme)) {
                modified = true;
                replace(grapheme, *found);
                return;
            }
        }
        for (size_t i = 0; i < grapheme.size();) {
            const std::string_view part = grapheme.substr(i, character_bytes(grapheme[i]));
            if (const auto found = find(part)) {
                modified = true;
                replace(part, *found);
            } else {
                one_character(part);
            }
            i += part.size();
        }
    }));
    if (!modified) return {};
    for (const auto& change : changes) {
        rewriter.put(change.character, change.change);
        TEMBLOR_RETURN_IF_ERROR(check_normalized_size(out.size()));
    }
    text = std::move(out);
    return {};
}

}  // namespace temblor
