#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include <unicode/umachine.h>

#include "compress/model/tokenizer/aligned_text.h"
#include "data/status.h"

namespace temblor {

enum class NormalForm : uint8_t { kNfc, kNfd, kNfkc, kNfkd };

/// A character, and how it changes the text (TextRewriter::put).
struct CharacterChange {
    UChar32 character;
    int change;
};

/// The normal form of `text` (Unicode annex 15) with the tables of Unicode 9, which `tokenizers`
/// has: later characters are left alone. Well-normalised text costs one check. Errors: kInternal
/// if ICU has no data.
Status normalize(NormalForm form, AlignedText& text);

/// Canonical decomposition of a character, appended: `change` 0 for the first, 1 for the others.
void decompose(UChar32 character, bool compatible, std::vector<CharacterChange>& out);
/// Canonical order of what follows `begin`.
void sort_marks(std::vector<CharacterChange>& characters, size_t begin);
uint8_t combining_class_of(UChar32 character);

/// Whether StripAccents takes it away: a mark of Unicode 9.
bool is_combining_mark(UChar32 character);

}  // namespace temblor
