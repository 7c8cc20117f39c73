#include "data/text/stop_words.h"

#include <algorithm>
#include <array>

namespace temblor {
namespace {

using namespace std::string_view_literals;

// In byte order, which the lookup needs.
constexpr std::array kEnglish = {
    "a"sv,          "about"sv,     "after"sv,    "again"sv,      "all"sv,       "also"sv,
    "although"sv,   "am"sv,        "among"sv,    "an"sv,         "and"sv,       "any"sv,
    "are"sv,        "aren't"sv,    "as"sv,       "at"sv,         "be"sv,        "because"sv,
    "been"sv,       "before"sv,    "being"sv,    "between"sv,    "both"sv,      "but"sv,
    "by"sv,         "can"sv,       "can't"sv,    "cannot"sv,     "could"sv,     "couldn't"sv,
    "did"sv,        "didn't"sv,    "do"sv,       "does"sv,       "doesn't"sv,   "doing"sv,
    "don't"sv,      "during"sv,    "each"sv,     "either"sv,     "for"sv,       "from"sv,
    "further"sv,    "had"sv,       "hadn't"sv,   "has"sv,        "hasn't"sv,    "have"sv,
    "haven't"sv,    "having"sv,    "he"sv,       "he'd"sv,       "he'll"sv,     "he's"sv,
    "her"sv,        "here"sv,      "hers"sv,     "herself"sv,    "him"sv,       "himself"sv,
    "his"sv,        "how"sv,       "however"sv,  "i"sv,          "i'd"sv,       "i'll"sv,
    "i'm"sv,        "i've"sv,      "if"sv,       "in"sv,         "into"sv,      "is"sv,
    "isn't"sv,      "it"sv,        "it's"sv,     "its"sv,        "itself"sv,    "just"sv,
    "let's"sv,      "may"sv,       "me"sv,       "might"sv,      "more"sv,      "most"sv,
    "must"sv,       "my"sv,        "myself"sv,   "neither"sv,    "no"sv,        "nor"sv,
    "not"sv,        "of"sv,        "on"sv,       "once"sv,       "only"sv,      "or"sv,
    "other"sv,      "ought"sv,     "our"sv,      "ours"sv,       "ourselves"sv, "own"sv,
    "same"sv,       "shall"sv,     "she"sv,      "she'd"sv,      "she'll"sv,    "she's"sv,
    "should"sv,     "shouldn't"sv, "so"sv,       "some"sv,       "such"sv,      "than"sv,
    "that"sv,       "that's"sv,    "the"sv,      "their"sv,      "theirs"sv,    "them"sv,
    "themselves"sv, "then"sv,      "there"sv,    "there's"sv,    "therefore"sv, "these"sv,
    "they"sv,       "they'd"sv,    "they'll"sv,  "they're"sv,    "they've"sv,   "this"sv,
    "those"sv,      "though"sv,    "through"sv,  "thus"sv,       "to"sv,        "too"sv,
    "upon"sv,       "us"sv,        "very"sv,     "was"sv,        "wasn't"sv,    "we"sv,
    "we'd"sv,       "we'll"sv,     "we're"sv,    "we've"sv,      "were"sv,      "weren't"sv,
    "what"sv,       "what's"sv,    "when"sv,     "where"sv,      "whether"sv,   "which"sv,
    "while"sv,      "who"sv,       "who's"sv,    "whom"sv,       "whose"sv,     "why"sv,
    "will"sv,       "with"sv,      "within"sv,   "without"sv,    "won't"sv,     "would"sv,
    "wouldn't"sv,   "you"sv,       "you'd"sv,    "you'll"sv,     "you're"sv,    "you've"sv,
    "your"sv,       "yours"sv,     "yourself"sv, "yourselves"sv,
};
static_assert(std::is_sorted(kEnglish.begin(), kEnglish.end()));

}  // namespace

bool is_stop_word(std::string_view language, std::string_view word) {
    return language == "english" && std::binary_search(kEnglish.begin(), kEnglish.end(), word);
}

}  // namespace temblor
