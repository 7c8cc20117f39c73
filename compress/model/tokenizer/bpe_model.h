#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "compress/model/tokenizer/flat_table.h"
#include "compress/model/tokenizer/token_model.h"

namespace temblor {

/// As in tokenizer.json's model of type BPE.
struct BpeOptions {
    std::optional<std::string> unknown;
    std::string continuation;  ///< before characters that do not begin a word
    std::string end_of_word;   ///< behind the last character of a word
    bool fuse_unknown = false;
    bool byte_fallback = false;  ///< "<0xE2>" for the bytes of characters that are no token
    bool ignore_merges = false;  ///< a word that is a token is that token
    bool byte_level = false;     ///< the words come from a byte-level pre-tokenizer
};

/// Byte pair encoding (Sennrich et al. 2016): a word begins as its characters; of all neighbours
/// that a rule merges, those of the first rule are merged, the leftmost first, until none is left.
/// O(n log n) in the bytes of a word.
class BpeModel final : public TokenModel {
public:
    using Merge = std::pair<std::string_view, std::string_view>;

    /// `merges` in order of their rank. Errors: kInvalidArgument for a rule whose parts or whole
    /// are no tokens ("model.merges[3]"), or an unknown token that is none.
    static Result<std::unique_ptr<TokenModel>> create(TokenTable tokens,
                                                      const std::vector<Merge>& merges,
                                                      BpeOptions options);

    [[nodiscard]] const TokenTable& tokens() const override { return tokens_; }
    [[nodiscard]] bool takes_bytes() const override { return takes_bytes_; }

private:
    struct Symbol {
        uint32_t id;
        uint32_t length;  ///< in bytes; 0: merged into another
        int32_t before;
        int32_t behind;
    };

    BpeModel(TokenTable tokens, BpeOptions options)
        : tokens_(std::move(tokens)), options_(std::move(options)) {}
    Status cut(std::string_view word, std::vector<ModelToken>& out) const override;
    Status add_merges(const std::vector<Merge>& merges);
    void index_bytes();
    void split_characters(std::string_view word, std::vector<Symbol>& symbols) const;
    void merge_few(std::vector<Symbol>& symbols) const;
    void merge_many(std::vector<Symbol>& symbols) const;
    [[nodiscard]] uint64_t merge_of(uint32_t left, uint32_t right) const;
    [[nodiscard]] bool fall_back(std::string_view character, std::vector<Symbol>& symbols) const;

    TokenTable tokens_;
    BpeOptions options_;
    FlatTable merges_;  ///< two ids to rank and the id of the whole, rank in the upper half
    std::optional<uint32_t> unknown_;
    std::array<std::optional<uint32_t>, 256> fallback_;
    bool takes_bytes_ = false;
    std::array<uint32_t, 256> byte_ids_{};                ///< if takes_bytes_
    std::unordered_map<std::string, uint32_t> by_bytes_;  ///< if takes_bytes_ and ignore_merges
};

}  // namespace temblor
