#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "compress/model/tokenizer/tokenizer.h"

namespace temblor {

/// The tokens of one text before the template.
struct TokenRun {
    struct Token {
        uint32_t id = 0;
        ByteSpan offsets;
        uint32_t leading = 0;   ///< blanks at the begin of the token, if offsets are to be trimmed
        uint32_t trailing = 0;  ///< and at its end
    };
    std::vector<Token> tokens;
};

/// What stands around and between the texts, and whether offsets leave out blanks. Immutable and
/// thread-safe.
struct PostProcessor {
    struct Piece {
        enum class Kind : uint8_t { kTokens, kFirst, kSecond };
        Kind kind = Kind::kFirst;
        uint8_t type_id = 0;
        std::vector<uint32_t> ids;  ///< of kTokens
    };
    std::vector<Piece> single{{Piece::Kind::kFirst, 0, {}}};
    std::vector<Piece> pair{{Piece::Kind::kFirst, 0, {}}, {Piece::Kind::kSecond, 1, {}}};
    bool trim_offsets = false;
    bool add_prefix_space = false;  ///< the first blank of a text may be one that was added

    /// How many tokens a template adds.
    [[nodiscard]] size_t added(bool of_pair) const;

    /// Cuts to options.max_length, then fills the template. `second` is null for one text.
    [[nodiscard]] Result<Encoding> finish(TokenRun first, std::string_view first_text,
                                          TokenRun* second, std::string_view second_text,
                                          const EncodeOptions& options) const;

private:
    void trim(TokenRun& run, std::string_view text) const;
};

}  // namespace temblor
