#pragma once

#include <string_view>

namespace temblor {

/// Whether `word` (case-folded) is a function word of `language` (a Snowball name): articles,
/// pronouns, prepositions, conjunctions, auxiliaries and their contractions. Only "english" has a
/// list; for other languages no word is one. O(log of the list).
bool is_stop_word(std::string_view language, std::string_view word);

}  // namespace temblor
