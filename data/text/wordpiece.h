#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "data/status.h"
#include "data/text/longest_pieces.h"
#include "data/vocabulary.h"

namespace temblor {

/// How text is prepared and cut, as in tokenizer.json's normalizer and model.
struct WordPieceOptions {
    bool lower_case = true;
    bool strip_accents = true;
    std::string unknown = "[UNK]";       ///< stands for a word that cannot be cut
    std::string continuation = "##";     ///< begins pieces that do not begin a word
    uint64_t max_word_characters = 100;  ///< longer words become `unknown`
};

/// BERT's tokenizer (Devlin et al. 2019; Wu et al. 2016): control characters removed, ideographs
/// set apart, lower case and accents stripped if the model is uncased, words split at blanks and
/// punctuation, then the longest piece of the vocabulary first. It adds no special tokens, and a
/// text that spells one ("[SEP]") is ordinary text. Immutable and thread-safe.
class WordPiece {
public:
    /// `vocabulary` is shared, not copied. Errors: kInvalidArgument if it lacks `unknown`.
    static Result<std::unique_ptr<WordPiece>> create(WordPieceOptions options,
                                                     Vocabulary vocabulary);

    /// The components of the pieces, in order. Ill-formed UTF-8 is dropped, as
    /// control characters are. Errors: kResourceExhausted (see decode_utf8).
    [[nodiscard]] Result<std::vector<uint32_t>> tokenize(std::string_view text) const;

    [[nodiscard]] const WordPieceOptions& options() const { return options_; }
    [[nodiscard]] const Vocabulary& vocabulary() const { return vocabulary_; }
    [[nodiscard]] uint32_t unknown() const { return unknown_; }
    /// Whether `component` is a token that no text has: [CLS], [SEP], [PAD], [MASK], `unknown`.
    [[nodiscard]] bool is_special(uint32_t component) const;

private:
    WordPiece(WordPieceOptions options, Vocabulary vocabulary);
    void cut_word(std::string_view word, uint64_t characters, std::vector<uint32_t>& out) const;

    WordPieceOptions options_;
    Vocabulary vocabulary_;
    LongestPieces pieces_;
    uint32_t unknown_ = 0;
};

/// Reads BERT's vocab.txt (a token a line; uncased unless some token has an upper-case ASCII letter
/// outside brackets) or Hugging Face's tokenizer.json (model type WordPiece), told apart by
/// content; gzip and zstd too. Errors name file, line or field.
Result<std::unique_ptr<WordPiece>> load_wordpiece(const std::string& path);

}  // namespace temblor
