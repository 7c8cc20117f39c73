#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/status.h"

namespace temblor {

/// Bytes [begin, end) of a text.
struct ByteSpan {
    size_t begin = 0;
    size_t end = 0;
    bool operator==(const ByteSpan&) const = default;
};

/// A text as tokens: parallel arrays, one entry a token.
struct Encoding {
    std::vector<uint32_t> ids;
    /// The bytes of the text that a token stands for: of the text as given, before normalisation,
    /// on boundaries of characters. Of a pair, of the text that `type_ids` or the order tells.
    /// {0, 0} for tokens that the template added.
    std::vector<ByteSpan> offsets;
    std::vector<uint8_t> special;  ///< 1: the template added it ([CLS], <s>), no text spells it
    std::vector<uint8_t>
        type_ids;  ///< the template's: of BERT 0 for the first text, 1 for the second
    std::vector<uint8_t> sequence;  ///< 0: of the first text (or added), 1: of the second

    [[nodiscard]] size_t size() const { return ids.size(); }
};

struct EncodeOptions {
    bool add_special_tokens = true;  ///< whether the template's tokens ([CLS], <s>) are added
    /// The most tokens, those of the template included; 0: no limit. A text is cut at its end, of a
    /// pair the longer one first. Errors: kInvalidArgument if the template alone needs more.
    size_t max_length = 0;
    /// Whether a special token that the text spells ("</s>") becomes that token. Else it is
    /// ordinary text: right for text that is not trusted. Added tokens in form of markup
    /// ("<tool_call>", "[INST]") count as special here.
    bool special_in_text = true;
    /// Places of the (first) text where special tokens stay ordinary text although
    /// `special_in_text` holds: the documents within a prompt. Ascending, disjoint.
    std::vector<ByteSpan> plain;
};

/// The tokens with a role; absent where the folder names none.
struct SpecialTokens {
    std::optional<uint32_t> bos;
    std::optional<uint32_t> eos;
    std::optional<uint32_t> unk;
    std::optional<uint32_t> sep;
    std::optional<uint32_t> pad;
    std::optional<uint32_t> cls;
    std::optional<uint32_t> mask;
};

/// Text to the tokens of a model and back, as Hugging Face's `tokenizers` does it, token for token
/// and offset for offset. Immutable and thread-safe; each thread that encodes at the same time
/// keeps a cache of words (some MiB) of its own.
///
/// Ill-formed UTF-8 is read as U+FFFD, one for each maximal ill-formed part (as Python's
/// errors="replace"); offsets still count the bytes as given.
class Tokenizer {
public:
    /// Opens what a model's folder holds, in this order: tokenizer.json; tokenizer.model
    /// (SentencePiece); vocab.json with merges.txt (byte-level BPE of GPT-2); vocab.txt (BERT).
    /// tokenizer_config.json and special_tokens_map.json, where there, name the special tokens.
    /// Or one such file. Errors: kNotFound, kInvalidArgument or kUnimplemented, with the file and
    /// the member ("model.merges[3]").
    static Result<std::unique_ptr<const Tokenizer>> open(const std::string& path);

    virtual ~Tokenizer() = default;

    /// O(n log n) in the bytes. Errors: kResourceExhausted (a text of more than 64 MiB).
    [[nodiscard]] virtual Result<Encoding> encode(std::string_view text,
                                                  const EncodeOptions& options) const = 0;
    [[nodiscard]] Result<Encoding> encode(std::string_view text) const {
        return encode(text, EncodeOptions{});
    }
    [[nodiscard]] virtual Result<Encoding> encode_pair(std::string_view first,
                                                       std::string_view second,
                                                       const EncodeOptions& options) const = 0;

    /// The text of `ids`, well-formed UTF-8. Ids that are no tokens are left out: models have
    /// more rows than tokens.
    [[nodiscard]] virtual Result<std::string> decode(const std::vector<uint32_t>& ids,
                                                     bool skip_special) const = 0;

    /// One more than the highest id; not every id below need be a token.
    [[nodiscard]] virtual uint32_t vocabulary_size() const = 0;
    /// As the vocabulary spells it ("##ing", "\u0120the"); absent for an id that is no token.
    [[nodiscard]] virtual std::optional<std::string> token(uint32_t id) const = 0;
    [[nodiscard]] virtual std::optional<uint32_t> find(std::string_view token) const = 0;
    /// Whether decode leaves it out with `skip_special`.
    [[nodiscard]] virtual bool is_special(uint32_t id) const = 0;
    [[nodiscard]] virtual const SpecialTokens& special_tokens() const = 0;
    /// How many tokens the template adds to one text, or to a pair.
    [[nodiscard]] virtual size_t added_tokens(bool pair) const = 0;
    /// The most tokens that the files name (tokenizer.json's truncation, else
    /// tokenizer_config.json's model_max_length); encode() does not apply it.
    [[nodiscard]] virtual std::optional<size_t> max_length() const = 0;
};

}  // namespace temblor
