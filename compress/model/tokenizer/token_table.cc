#include "compress/model/tokenizer/token_table.h"

namespace temblor {

bool TokenTable::add(std::string_view token, uint32_t id) {
    if (id >= tokens_.size()) tokens_.resize(size_t{id} + 1);
    if (tokens_[id].there) return false;
    const std::string& kept = characters_.emplace_back(token);
    tokens_[id] = {kept, true};
    ids_.insert_or_assign(kept, id);
    return true;
}

std::optional<uint32_t> TokenTable::find(std::string_view token) const {
    const auto found = ids_.find(token);
    if (found == ids_.end()) return std::nullopt;
    return found->second;
}

std::optional<std::string_view> TokenTable::token(uint32_t id) const {
    if (id >= tokens_.size() || !tokens_[id].there) return std::nullopt;
    return tokens_[id].text;
}

}  // namespace temblor
