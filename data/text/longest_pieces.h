#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace temblor {

/// WordPiece's rule (Wu et al. 2016): a word is cut into the longest pieces of a vocabulary, first
/// to last. Once filled, immutable and thread-safe.
class LongestPieces {
public:
    struct Piece {
        uint32_t id;
        uint32_t end;  ///< the byte of the word behind it
    };

    LongestPieces() = default;
    explicit LongestPieces(std::string continuation) : continuation_(std::move(continuation)) {}

    /// A token that begins with `continuation` stands within words, without that prefix; and, as
    /// every other, at their begin. `token` must outlive this. The first of equals stays.
    void add(std::string_view token, uint32_t id);

    /// Appends the pieces of `word`. False, and nothing appended, if some place has no piece.
    /// O(bytes of the word x bytes of the longest token).
    bool cut(std::string_view word, std::vector<Piece>& out) const;

private:
    std::string continuation_;
    std::unordered_map<std::string_view, uint32_t> first_;
    std::unordered_map<std::string_view, uint32_t> rest_;
    size_t longest_ = 0;
};

}  // namespace temblor
