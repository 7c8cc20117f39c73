#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace temblor {

/// Calls `sink` with each word of a UTF-8 text, in order: runs of letters, digits and combining
/// marks (Unicode's), case folded character by character. No stop words, no stems, no
/// normalisation. Ill-formed bytes separate words. The view holds during the call.
void for_each_word(std::string_view text, const std::function<void(std::string_view)>& sink);

/// The distinct words of `text`, sorted.
std::vector<std::string> distinct_words(std::string_view text);

/// Whether each of `words`, as distinct_words gives them, is among the words of `text`. True when
/// there are none.
bool holds_words(std::string_view text, const std::vector<std::string>& words);

}  // namespace temblor
