#include "index/payload/words.h"

#include <algorithm>
#include <cstdint>

#include <unicode/uchar.h>
#include <unicode/utf8.h>

namespace temblor {
namespace {

constexpr uint8_t kFirstBeyondAscii = 0x80;

bool in_word(UChar32 c) { return u_isalnum(c) != 0 || (U_GET_GC_MASK(c) & U_GC_M_MASK) != 0; }

void append_utf8(std::string& out, UChar32 c) {
    char bytes[U8_MAX_LENGTH];
    int32_t length = 0;
    U8_APPEND_UNSAFE(bytes, length, c);
    out.append(bytes, static_cast<size_t>(length));
}

/// The character of `text` at `place`, which moves behind it; negative when it is ill-formed.
UChar32 next_character(std::string_view text, size_t& place) {
    // U8_NEXT counts in 32 bits; no character is longer than its window.
    const auto* bytes = reinterpret_cast<const uint8_t*>(text.data()) + place;
    const auto size = static_cast<int32_t>(std::min<size_t>(text.size() - place, U8_MAX_LENGTH));
    int32_t used = 0;
    UChar32 c = 0;
    U8_NEXT(bytes, used, size, c);
    place += static_cast<size_t>(used);
    return c;
}

}  // namespace

void for_each_word(std::string_view text, const std::function<void(std::string_view)>& sink) {
    std::string word;
    for (size_t place = 0; place < text.size();) {
        const auto byte = static_cast<uint8_t>(text[place]);
        bool inside = false;
        if (byte < kFirstBeyondAscii) {
            ++place;
            const bool upper = byte >= 'A' && byte <= 'Z';
            inside = upper || (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9');
            if (inside) word += static_cast<char>(upper ? byte - 'A' + 'a' : byte);
        } else {
            const UChar32 c = next_character(text, place);
            inside = c >= 0 && in_word(c);
            if (inside) append_utf8(word, u_foldCase(c, U_FOLD_CASE_DEFAULT));
        }
        if (inside || word.empty()) continue;
        sink(word);
        word.clear();
    }
    if (!word.empty()) sink(word);
}

std::vector<std::string> distinct_words(std::string_view text) {
    std::vector<std::string> words;
    for_each_word(text, [&words](std::string_view word) { words.emplace_back(word); });
    std::sort(words.begin(), words.end());
    words.erase(std::unique(words.begin(), words.end()), words.end());
    return words;
}

bool holds_words(std::string_view text, const std::vector<std::string>& words) {
    if (words.empty()) return true;
    std::vector<bool> found(words.size());
    size_t missing = words.size();
    for_each_word(text, [&](std::string_view word) {
        const auto at = std::lower_bound(words.begin(), words.end(), word);
        if (at == words.end() || *at != word) return;
        const auto place = static_cast<size_t>(at - words.begin());
        if (!found[place]) --missing;
        found[place] = true;
    });
    return missing == 0;
}

}  // namespace temblor
