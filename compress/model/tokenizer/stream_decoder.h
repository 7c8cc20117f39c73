#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "compress/model/tokenizer/tokenizer.h"

namespace temblor {

/// The text of tokens that come one at a time. What push() and finish() return, joined, is what
/// Tokenizer::decode makes of all ids, as long as they spell well-formed text. Not thread-safe;
/// `tokenizer` must outlive it.
class StreamDecoder {
public:
    explicit StreamDecoder(const Tokenizer& tokenizer, bool skip_special = true)
        : tokenizer_(tokenizer), skip_special_(skip_special) {}

    /// The text that `id` completes, well-formed UTF-8; empty while a character is in parts.
    /// O(tokens held), which are those of the last piece of text and of the one begun.
    Result<std::string> push(uint32_t id);
    /// What is held back, an unfinished character as U+FFFD. The decoder is as new after it.
    Result<std::string> finish();

private:
    [[nodiscard]] Result<std::string> decode_first(size_t tokens) const;
    /// What `text`, of the first held tokens, has beyond what was given.
    [[nodiscard]] Result<std::string> fresh(const std::string& text, size_t tokens) const;

    const Tokenizer& tokenizer_;
    bool skip_special_;
    std::vector<uint32_t> held_;  ///< context, then what is not yet given
    size_t context_ = 0;          ///< of `held_`, whose text is given
    std::string given_;           ///< the text of that context
};

}  // namespace temblor
