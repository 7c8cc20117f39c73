#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "compress/model/tokenizer/token_model.h"
#include "data/text/longest_pieces.h"

namespace temblor {

/// WordPiece over words that are normalised and cut already (data/text/wordpiece.h does both, but
/// without offsets).
class WordPieceModel final : public TokenModel {
public:
    /// Errors: kInvalidArgument if `unknown` is no token.
    static Result<std::unique_ptr<TokenModel>> create(TokenTable tokens, const std::string& unknown,
                                                      const std::string& continuation,
                                                      uint64_t max_word_characters);

    [[nodiscard]] const TokenTable& tokens() const override { return tokens_; }

private:
    explicit WordPieceModel(TokenTable tokens) : tokens_(std::move(tokens)) {}
    Status cut(std::string_view word, std::vector<ModelToken>& out) const override;

    TokenTable tokens_;
    LongestPieces pieces_;
    uint32_t unknown_ = 0;
    uint64_t max_word_characters_ = 0;
};

}  // namespace temblor
