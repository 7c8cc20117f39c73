#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "compress/model/tokenizer/aligned_text.h"
#include "compress/model/tokenizer/text_pattern.h"
#include "data/status.h"

namespace temblor {

/// A text and the words it is cut into: ascending, disjoint, not empty. What lies between is
/// dropped. Nothing of a token crosses a word.
struct PreTokens {
    AlignedText text;
    std::vector<TextRange> words;
};

/// A step that cuts words into smaller ones, each by itself; some rewrite them too. Immutable and
/// thread-safe.
class PreTokenizer {
public:
    virtual ~PreTokenizer() = default;
    /// Errors: kResourceExhausted (TextPattern, kMaxNormalizedBytes).
    virtual Status apply(PreTokens& tokens) const = 0;
};

/// What becomes of a match at which a text is split.
enum class SplitBehavior : uint8_t {
    kRemoved,
    kIsolated,
    kMergedWithPrevious,
    kMergedWithNext,
    kContiguous,  ///< matches that follow each other are one piece
};

/// `matches`, ascending and disjoint within [0, size), as the pieces of a word that begins at
/// `place`, appended. With `invert`, what matches and what does not change roles.
void split_at_matches(const std::vector<TextRange>& matches, uint32_t size, uint32_t place,
                      SplitBehavior behavior, bool invert, std::vector<TextRange>& pieces);

/// Words at white space, which goes, and at punctuation, a word each.
std::unique_ptr<PreTokenizer> make_bert_pre_tokenizer();
/// Runs of word characters, and runs of others that are no white space.
std::unique_ptr<PreTokenizer> make_whitespace_pre_tokenizer();
std::unique_ptr<PreTokenizer> make_whitespace_split();
std::unique_ptr<PreTokenizer> make_punctuation_pre_tokenizer(SplitBehavior behavior);
/// Runs of digits, or each by itself.
std::unique_ptr<PreTokenizer> make_digits_pre_tokenizer(bool individual);
std::unique_ptr<PreTokenizer> make_split_pre_tokenizer(std::unique_ptr<TextPattern> pattern,
                                                       SplitBehavior behavior, bool invert);

enum class PrependScheme : uint8_t { kFirst, kNever, kAlways };

/// SentencePiece's blank: `replacement` for each space and before the text, then a cut before each
/// of them if `split`.
std::unique_ptr<PreTokenizer> make_metaspace_pre_tokenizer(std::string replacement,
                                                           PrependScheme scheme, bool split);

/// GPT-2's: a cut by its expression if `use_regex`, then each byte as a printable character
/// (byte_alphabet.h) if `map_bytes`; else the bytes stay for a model that takes them as they are.
std::unique_ptr<PreTokenizer> make_byte_level_pre_tokenizer(bool add_prefix_space, bool use_regex,
                                                            bool map_bytes);

std::unique_ptr<PreTokenizer> make_pre_tokenizer_sequence(
    std::vector<std::unique_ptr<PreTokenizer>> steps);

}  // namespace temblor
