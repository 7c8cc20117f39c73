#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compress/model/tokenizer/normalizer.h"
#include "data/status.h"

namespace temblor {

/// The normalisation rules of a SentencePiece model ("precompiled_charsmap"): u32 bytes of a trie,
/// the trie (a double array of u32, as of the library Darts), replacements that end in NUL; little
/// endian. Applied as `tokenizers` does: to a grapheme of under 6 bytes as a whole, by the shortest
/// rule that begins it, else to each of its characters.
class CharsmapNormalizer final : public TextNormalizer {
public:
    /// Errors: kInvalidArgument for bytes that are no such map.
    static Result<std::unique_ptr<TextNormalizer>> create(std::string_view bytes);

    Status apply(AlignedText& text) const override;

private:
    CharsmapNormalizer() = default;
    /// What replaces `part`, if a rule begins it.
    [[nodiscard]] std::optional<std::string_view> find(std::string_view part) const;

    std::vector<uint32_t> trie_;
    std::string replacements_;
};

/// The bytes that `text` spells in base64 with padding; absent if it does not.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace temblor
