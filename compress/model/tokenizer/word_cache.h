#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace temblor {

/// A token of a word and the bytes of the word it stands for.
struct ModelToken {
    uint32_t id = 0;
    uint32_t begin = 0;
    uint32_t end = 0;
    bool operator==(const ModelToken&) const = default;
};

/// The tokens of words seen before. When it is full it begins anew. At most 6 MiB. Of one thread at
/// a time.
class WordCache {
public:
    static constexpr size_t kLongestWord = 256;  ///< in bytes; longer ones are not kept

    WordCache() : slots_(kSlots) {}

    /// Appends the tokens of `word` if it is known.
    bool find(std::string_view word, std::vector<ModelToken>& out) const;
    void insert(std::string_view word, std::span<const ModelToken> tokens);

private:
    static constexpr size_t kSlots = size_t{1} << 15;
    static constexpr size_t kMostBytes = size_t{1} << 20;
    static constexpr size_t kMostTokens = size_t{1} << 18;

    struct Slot {
        uint64_t hash = 0;
        uint32_t word_begin = 0;
        uint32_t word_size = 0;  ///< 0: empty
        uint32_t token_begin = 0;
        uint32_t token_count = 0;
    };
    [[nodiscard]] size_t place_of(std::string_view word, uint64_t hash) const;
    void clear();

    std::vector<Slot> slots_;
    std::string words_;
    std::vector<ModelToken> tokens_;
    size_t used_ = 0;
};

}  // namespace temblor
