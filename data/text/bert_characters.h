#pragma once

#include <unicode/umachine.h>

namespace temblor {

// Unicode as BERT's tokenizers see it. The models were trained through Hugging Face's `tokenizers`,
// whose tables are those of Unicode 8: a later character is an ordinary one.

/// A control, format or private character, U+0000 or U+FFFD, but no tab and no line's end.
bool is_bert_dropped(UChar32 character);

/// ASCII signs, and Unicode's punctuation.
bool is_bert_punctuation(UChar32 character);

/// Of the blocks that are set apart character by character (neither kana nor hangul).
bool is_bert_ideograph(UChar32 character);

/// A non-spacing mark, which uncased models lose after canonical decomposition.
bool is_bert_accent(UChar32 character);

/// Whether Unicode `major` (or one before) had it.
bool is_as_old_as(UChar32 character, int major);

}  // namespace temblor
