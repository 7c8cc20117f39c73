#include "compress/model/tokenizer/normalizer.h"

#include <algorithm>

#include <fmt/format.h>
#include <unicode/locid.h>
#include <unicode/uchar.h>

#include "compress/model/tokenizer/text_rewriter.h"

namespace temblor {
namespace {

bool is_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

template <typename Drop>
void drop_characters(AlignedText& text, Drop drop) {
    AlignedText out;
    out.reserve(text.size());
    size_t kept = 0;  // what stands before is in `out`
    for (size_t i = 0; i < text.size();) {
        const size_t begin = i;
        if (!drop(next_character(text.text(), i))) continue;
        out.append(text, kept, begin);
        kept = i;
    }
    if (kept == 0) return;
    out.append(text, kept, text.size());
    text = std::move(out);
}

}  // namespace

Status check_normalized_size(size_t bytes) {
    if (bytes <= kMaxNormalizedBytes) return {};
    return Status::resource_exhausted(
        fmt::format("normalised text of more than {} bytes", kMaxNormalizedBytes));
}

void prepend(AlignedText& text, std::string_view prefix) {
    if (text.empty() || prefix.empty()) return;
    AlignedText out;
    out.reserve(text.size() + prefix.size());
    out.append(prefix, text.origin(0));
    out.append(text, 0, text.size());
    text = std::move(out);
}

Status LowercaseNormalizer::apply(AlignedText& text) const {
    AlignedText out;
    out.reserve(text.size());
    for (size_t i = 0; i < text.size();) {
        const size_t begin = i;
        const UChar32 character = next_character(text.text(), i);
        const UChar32 lower = u_tolower(character);
        // The only character of two in lower case.
        if (character == 0x130) {
            out.append('i', text.origin(begin));
            out.append(0x307, text.origin(begin));
        } else if (lower == character) {
            out.append(text, begin, i);
        } else {
            out.append(lower, text.origin(begin));
        }
    }
    text = std::move(out);
    return {};
}

Status StripAccentsNormalizer::apply(AlignedText& text) const {
    if (!is_ascii(text.text())) drop_characters(text, is_combining_mark);
    return {};
}

Status StripNormalizer::apply(AlignedText& text) const {
    const std::string_view bytes = text.text();
    size_t begin = 0;
    size_t end = bytes.size();
    while (left_ && begin < end) {
        size_t next = begin;
        if (!u_isUWhiteSpace(next_character(bytes, next))) break;
        begin = next;
    }
    while (right_ && begin < end) {
        size_t last = end - 1;
        while ((static_cast<unsigned char>(bytes[last]) & 0xC0) == 0x80) --last;
        size_t next = last;
        if (!u_isUWhiteSpace(next_character(bytes, next))) break;
        end = last;
    }
    if (begin > 0 || end < bytes.size()) text = text.slice(begin, end);
    return {};
}

Status PrependNormalizer::apply(AlignedText& text) const {
    prepend(text, prefix_);
    return check_normalized_size(text.size());
}

Status ReplaceNormalizer::apply(AlignedText& text) const {
    std::vector<TextRange> matches;
    TEMBLOR_RETURN_IF_ERROR(pattern_->find_all(text.text(), matches));
    if (matches.empty()) return {};
    TEMBLOR_RETURN_IF_ERROR(check_normalized_size(text.size() + matches.size() * content_.size()));
    AlignedText out;
    out.reserve(text.size() + matches.size() * content_.size());
    uint32_t done = 0;
    for (const TextRange& match : matches) {
        out.append(text, done, match.begin);
        // It stands where the match's last character stood.
        out.append(content_, text.origin(match.end - 1));
        done = match.end;
    }
    out.append(text, done, text.size());
    text = std::move(out);
    return {};
}

Status NmtNormalizer::apply(AlignedText& text) const {
    drop_characters(text, [](UChar32 c) {
        return (c >= 0x01 && c <= 0x08) || c == 0x0B || (c >= 0x0E && c <= 0x1F) || c == 0x7F ||
               c == 0x8F || c == 0x9F;
    });
    AlignedText out;
    out.reserve(text.size());
    for (size_t i = 0; i < text.size();) {
        const size_t begin = i;
        const UChar32 c = next_character(text.text(), i);
        const bool blank = c == 0x09 || c == 0x0A || c == 0x0C || c == 0x0D || c == 0x1680 ||
                           (c >= 0x200B && c <= 0x200F) || c == 0x2028 || c == 0x2029 ||
                           c == 0x2581 || c == 0xFEFF || c == 0xFFFD;
        if (blank) {
            out.append(' ', text.origin(begin));
        } else {
            out.append(text, begin, i);
        }
    }
    text = std::move(out);
    return {};
}

Status NormalizerSequence::apply(AlignedText& text) const {
    for (const auto& step : steps_) {
        TEMBLOR_RETURN_IF_ERROR(step->apply(text));
        TEMBLOR_RETURN_IF_ERROR(check_normalized_size(text.size()));
    }
    return {};
}

}  // namespace temblor
