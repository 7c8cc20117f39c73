#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compress/model/tokenizer/aligned_text.h"
#include "compress/model/tokenizer/flat_table.h"
#include "compress/model/tokenizer/normalizer.h"

namespace temblor {

/// A token that is found in the text itself, before the model sees it.
struct AddedToken {
    std::string content;
    uint32_t id = 0;
    bool single_word = false;  ///< only where no word character stands beside it
    bool lstrip = false;       ///< takes the white space before it
    bool rstrip = false;       ///< and behind it
    bool normalized = true;    ///< looked for in the normalised text, in normalised form
    bool special = false;
};

/// A place in a text that is a token.
struct AddedTokenMatch {
    TextRange range;
    uint32_t index = 0;  ///< of the token
};

/// Added tokens and where they stand: the leftmost first, of those the longest. Filled once, then
/// immutable and thread-safe.
class AddedTokens {
public:
    /// Errors: those of `normalizer`, which may be null.
    static Result<AddedTokens> create(std::vector<AddedToken> tokens,
                                      const TextNormalizer* normalizer);

    [[nodiscard]] const std::vector<AddedToken>& all() const { return tokens_; }
    /// Null for an id that is none.
    [[nodiscard]] const AddedToken* find(uint32_t id) const;
    [[nodiscard]] std::optional<uint32_t> index_of(uint32_t id) const;
    /// What decoding spells for a token: its content, or its normalised form if it has one.
    [[nodiscard]] const std::string& spelling(uint32_t index) const { return spellings_[index]; }
    /// Whether untrusted text must not spell it: special, or in form of markup ("<tool_call>").
    [[nodiscard]] bool is_markup(uint32_t index) const;

    /// Those among tokens with or without `normalized` for which `allowed(match)` holds.
    template <typename Allowed>
    void find_all(std::string_view text, bool normalized, Allowed allowed,
                  std::vector<AddedTokenMatch>& out) const {
        const Finder& finder = normalized ? in_normalized_ : in_original_;
        if (finder.empty) return;
        size_t done = 0;
        for (size_t at = 0; at < text.size();) {
            const auto match = longest_at(finder, text, at);
            if (!match) {
                ++at;
                continue;
            }
            at = match->range.end;
            if (!allowed(*match) || !stands_alone(text, *match)) continue;
            out.push_back(widened(text, *match, done));
            done = out.back().range.end;
            at = std::max(at, done);
        }
    }

private:
    struct Finder {
        bool empty = true;
        std::array<bool, 256> begins{};
        FlatTable edges;                   ///< node and byte to node
        std::vector<uint32_t> node_token;  ///< index of the token that ends at a node, plus 1
        void add(std::string_view text, uint32_t index);
    };
    static std::optional<AddedTokenMatch> longest_at(const Finder& finder, std::string_view text,
                                                     size_t at);
    [[nodiscard]] bool stands_alone(std::string_view text, const AddedTokenMatch& match) const;
    [[nodiscard]] AddedTokenMatch widened(std::string_view text, AddedTokenMatch match,
                                          size_t done) const;

    std::vector<AddedToken> tokens_;
    std::vector<std::string> spellings_;
    FlatTable by_id_;
    Finder in_original_;
    Finder in_normalized_;
};

/// \w of Unicode technical standard 18.
bool is_word_character(UChar32 character);

}  // namespace temblor
