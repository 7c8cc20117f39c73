#pragma once

#include <cstddef>

#include <unicode/umachine.h>

#include "compress/model/tokenizer/aligned_text.h"

namespace temblor {

/// Writes a text from another, character by character, by the rule with which Hugging Face's
/// `tokenizers` aligns them: a character either takes the place of the next one of the source, or
/// is added and shares the origin of the one before.
class TextRewriter {
public:
    /// Both must outlive this; `out` begins empty.
    TextRewriter(const AlignedText& source, AlignedText& out) : source_(source), out_(out) {}

    /// `change` > 0: added. 0: in place of the next character. -n: in place of the next one, and
    /// the n behind it go.
    void put(UChar32 character, int change) {
        const TextRange origin = change > 0 ? before() : here();
        out_.append(character, origin);
        if (change <= 0) skip(1 - change);
    }
    /// The next `characters` of the source go.
    void skip(int characters) {
        for (; characters > 0 && position_ < source_.size(); --characters) {
            position_ += character_bytes(source_.text()[position_]);
        }
    }

private:
    [[nodiscard]] TextRange before() const {
        return position_ > 0 ? source_.origin(position_ - 1) : TextRange{};
    }
    [[nodiscard]] TextRange here() const {
        return position_ < source_.size() ? source_.origin(position_) : before();
    }

    const AlignedText& source_;
    AlignedText& out_;
    size_t position_ = 0;
};

}  // namespace temblor
