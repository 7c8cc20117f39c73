#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "data/status.h"

namespace temblor {

/// Tokens and their ids, both ways; ids may have gaps. Filled once, then immutable and thread-safe.
class TokenTable {
public:
    /// One more than the highest id a table takes.
    static constexpr uint64_t kMostTokens = (uint64_t{1} << 24) - 2;

    TokenTable() = default;
    TokenTable(TokenTable&&) = default;
    TokenTable& operator=(TokenTable&&) = default;
    TokenTable(const TokenTable&) = delete;
    TokenTable& operator=(const TokenTable&) = delete;

    /// False if the id is taken; of equal tokens the last one is found.
    bool add(std::string_view token, uint32_t id);

    /// One more than the highest id.
    [[nodiscard]] uint32_t end() const { return static_cast<uint32_t>(tokens_.size()); }
    [[nodiscard]] std::optional<uint32_t> find(std::string_view token) const;
    /// Absent for an id that is no token.
    [[nodiscard]] std::optional<std::string_view> token(uint32_t id) const;

private:
    struct Entry {
        std::string_view text;
        bool there = false;
    };
    std::deque<std::string> characters_;
    std::vector<Entry> tokens_;
    std::unordered_map<std::string_view, uint32_t> ids_;
};

}  // namespace temblor
