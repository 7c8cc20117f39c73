#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "compress/model/tokenizer/flat_table.h"
#include "compress/model/tokenizer/token_model.h"

namespace temblor {

/// A unigram language model (Kudo 2018): of all ways to cut a word into tokens, the one of the
/// highest sum of scores; characters that no token begins cost the lowest score less 10, and runs
/// of them are one unknown token. O(bytes x longest token).
class UnigramModel final : public TokenModel {
public:
    /// `scores[i]` is that of token i. Errors: kInvalidArgument.
    static Result<std::unique_ptr<TokenModel>> create(TokenTable tokens, std::vector<double> scores,
                                                      std::optional<uint32_t> unknown,
                                                      bool byte_fallback);

    [[nodiscard]] const TokenTable& tokens() const override { return tokens_; }

private:
    explicit UnigramModel(TokenTable tokens) : tokens_(std::move(tokens)) {}
    Status cut(std::string_view word, std::vector<ModelToken>& out) const override;
    void add_to_trie(std::string_view token, uint32_t id);
    void put_piece(std::string_view word, uint32_t begin, uint32_t end,
                   std::vector<ModelToken>& out) const;

    TokenTable tokens_;
    std::vector<double> scores_;
    std::optional<uint32_t> unknown_;
    double unknown_score_ = 0;
    bool byte_fallback_ = false;
    FlatTable edges_;                   ///< node and byte to node
    std::vector<uint32_t> node_token_;  ///< of a node, the id of the token that ends there, plus 1
    std::array<std::optional<uint32_t>, 256> fallback_;
};

}  // namespace temblor
