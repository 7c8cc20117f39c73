#include "compress/model/tokenizer/word_cache.h"

#include <functional>

namespace temblor {

size_t WordCache::place_of(std::string_view word, uint64_t hash) const {
    size_t place = static_cast<size_t>(hash) & (kSlots - 1);
    for (;; place = (place + 1) & (kSlots - 1)) {
        const Slot& slot = slots_[place];
        if (slot.word_size == 0) return place;
        if (slot.hash == hash &&
            std::string_view(words_).substr(slot.word_begin, slot.word_size) == word) {
            return place;
        }
    }
}

bool WordCache::find(std::string_view word, std::vector<ModelToken>& out) const {
    if (word.empty() || word.size() > kLongestWord) return false;
    const Slot& slot = slots_[place_of(word, std::hash<std::string_view>{}(word))];
    if (slot.word_size == 0) return false;
    const auto first = tokens_.begin() + static_cast<std::ptrdiff_t>(slot.token_begin);
    out.insert(out.end(), first, first + static_cast<std::ptrdiff_t>(slot.token_count));
    return true;
}

void WordCache::insert(std::string_view word, std::span<const ModelToken> tokens) {
    if (word.empty() || word.size() > kLongestWord) return;
    if (2 * used_ >= kSlots || words_.size() + word.size() > kMostBytes ||
        tokens_.size() + tokens.size() > kMostTokens) {
        clear();
    }
    const uint64_t hash = std::hash<std::string_view>{}(word);
    Slot& slot = slots_[place_of(word, hash)];
    if (slot.word_size != 0) return;
    slot = {hash, static_cast<uint32_t>(words_.size()), static_cast<uint32_t>(word.size()),
            static_cast<uint32_t>(tokens_.size()), static_cast<uint32_t>(tokens.size())};
    words_ += word;
    tokens_.insert(tokens_.end(), tokens.begin(), tokens.end());
    ++used_;
}

void WordCache::clear() {
    slots_.assign(kSlots, Slot{});
    words_.clear();
    tokens_.clear();
    used_ = 0;
}

}  // namespace temblor
