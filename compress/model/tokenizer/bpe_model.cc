#include "compress/model/tokenizer/bpe_model.h"

#include <algorithm>
#include <functional>
#include <queue>
#include <tuple>

#include <fmt/format.h>

#include "compress/model/tokenizer/aligned_text.h"
#include "compress/model/tokenizer/byte_alphabet.h"

namespace temblor {
namespace {

constexpr uint64_t kNoMerge = ~uint64_t{0};
/// Up to here looking at all pairs again is faster than keeping a heap.
constexpr size_t kFewSymbols = 24;

uint64_t pair_key(uint32_t left, uint32_t right) { return (uint64_t{left} << 32) | right; }

}  // namespace

Result<std::unique_ptr<TokenModel>> BpeModel::create(TokenTable tokens,
                                                     const std::vector<Merge>& merges,
                                                     BpeOptions options) {
    std::unique_ptr<BpeModel> made(new BpeModel(std::move(tokens), std::move(options)));
    if (made->options_.unknown) {
        made->unknown_ = made->tokens_.find(*made->options_.unknown);
        if (!made->unknown_) {
            return Status::invalid_argument(
                fmt::format("field \"model.unk_token\": \"{}\" is not in \"model.vocab\"",
                            *made->options_.unknown));
        }
    }
    TEMBLOR_RETURN_IF_ERROR(made->add_merges(merges));
    for (size_t byte = 0; byte < 256; ++byte) {
        made->fallback_[byte] = made->tokens_.find(fmt::format("<0x{:02X}>", byte));
    }
    if (made->options_.byte_level) made->index_bytes();
    return std::unique_ptr<TokenModel>(std::move(made));
}

Status BpeModel::add_merges(const std::vector<Merge>& merges) {
    merges_ = FlatTable(merges.size());
    std::string whole;
    for (size_t i = 0; i < merges.size(); ++i) {
        const auto& [left, right] = merges[i];
        const bool continues =
            right.size() >= options_.continuation.size();  // as `tokenizers`, unchecked prefix
        whole = left;
        if (continues) whole += right.substr(options_.continuation.size());
        const auto left_id = tokens_.find(left);
        const auto right_id = tokens_.find(right);
        const auto whole_id = tokens_.find(whole);
        if (!left_id || !right_id || !whole_id || !continues) {
            return Status::invalid_argument(
                fmt::format("field \"model.merges[{}]\": \"{}\" is not in \"model.vocab\"", i,
                            !left_id    ? left
                            : !right_id ? right
                                        : whole));
        }
        const uint64_t value = (uint64_t{i} << 32) | *whole_id;
        const uint64_t key = pair_key(*left_id, *right_id);
        // Of rules for the same pair the last one counts.
        if (!merges_.insert(key, value)) merges_.replace(key, value);
    }
    return {};
}

void BpeModel::index_bytes() {
    if (!options_.continuation.empty() || !options_.end_of_word.empty()) return;
    for (size_t byte = 0; byte < 256; ++byte) {
        std::string spelled;
        append_character(spelled, character_of_byte(static_cast<uint8_t>(byte)));
        const auto id = tokens_.find(spelled);
        if (!id) return;
        byte_ids_[byte] = *id;
    }
    takes_bytes_ = true;
    if (!options_.ignore_merges) return;
    for (uint32_t id = 0; id < tokens_.end(); ++id) {
        const auto token = tokens_.token(id);
        if (!token) continue;
        if (auto bytes = bytes_of_token(*token)) by_bytes_.emplace(*std::move(bytes), id);
    }
}

uint64_t BpeModel::merge_of(uint32_t left, uint32_t right) const {
    const uint64_t* found = merges_.find(pair_key(left, right));
    return found == nullptr ? kNoMerge : *found;
}

bool BpeModel::fall_back(std::string_view character, std::vector<Symbol>& symbols) const {
    for (const char c : character) {
        if (!fallback_[static_cast<unsigned char>(c)]) return false;
    }
    for (const char c : character) {
        symbols.push_back({*fallback_[static_cast<unsigned char>(c)], 1, 0, 0});
    }
    return true;
}

void BpeModel::split_characters(std::string_view word, std::vector<Symbol>& symbols) const {
    if (takes_bytes_) {
        for (const char c : word) {
            symbols.push_back({byte_ids_[static_cast<unsigned char>(c)], 1, 0, 0});
        }
        return;
    }
    std::optional<Symbol> unknown;  // not added yet: it may grow
    std::string spelled;
    for (size_t i = 0; i < word.size();) {
        const size_t begin = i;
        i += character_bytes(word[i]);
        const auto length = static_cast<uint32_t>(i - begin);
        spelled.clear();
        if (begin > 0) spelled = options_.continuation;
        spelled += word.substr(begin, length);
        if (i == word.size()) spelled += options_.end_of_word;
        if (const auto id = tokens_.find(spelled)) {
            if (unknown) symbols.push_back(*unknown);
            unknown.reset();
            symbols.push_back({*id, length, 0, 0});
            continue;
        }
        if (options_.byte_fallback && fall_back(spelled, symbols)) continue;
        if (!unknown_) continue;
        if (unknown && options_.fuse_unknown) {
            unknown->length += length;
        } else {
            if (unknown) symbols.push_back(*unknown);
            unknown = Symbol{*unknown_, length, 0, 0};
        }
    }
    if (unknown) symbols.push_back(*unknown);
}

void BpeModel::merge_few(std::vector<Symbol>& symbols) const {
    std::array<uint64_t, kFewSymbols> merges{};
    size_t count = symbols.size();
    for (size_t i = 0; i + 1 < count; ++i) merges[i] = merge_of(symbols[i].id, symbols[i + 1].id);
    while (count > 1) {
        const auto end = merges.begin() + static_cast<std::ptrdiff_t>(count - 1);
        const auto best = std::min_element(merges.begin(), end);
        if (*best == kNoMerge) break;
        const auto at = static_cast<size_t>(best - merges.begin());
        symbols[at].id = static_cast<uint32_t>(*best);
        symbols[at].length += symbols[at + 1].length;
        symbols.erase(symbols.begin() + static_cast<std::ptrdiff_t>(at) + 1);
        std::move(best + 1, end, best);
        --count;
        if (at > 0) merges[at - 1] = merge_of(symbols[at - 1].id, symbols[at].id);
        if (at + 1 < count) merges[at] = merge_of(symbols[at].id, symbols[at + 1].id);
    }
}

void BpeModel::merge_many(std::vector<Symbol>& symbols) const {
    using Candidate = std::pair<uint64_t, int32_t>;  // rank and whole, place
    const auto count = static_cast<int32_t>(symbols.size());
    std::vector<Candidate> found;
    for (int32_t i = 0; i < count; ++i) {
        auto& symbol = symbols[static_cast<size_t>(i)];
        symbol.before = i - 1;
        symbol.behind = i + 1 < count ? i + 1 : -1;
        if (symbol.behind < 0) break;
        const uint64_t merge = merge_of(symbol.id, symbols[static_cast<size_t>(i) + 1].id);
        if (merge != kNoMerge) found.emplace_back(merge, i);
    }
    std::priority_queue<Candidate, std::vector<Candidate>, std::greater<>> queue(std::greater<>{},
                                                                                 std::move(found));
    while (!queue.empty()) {
        const uint64_t merge = queue.top().first;
        const int32_t at = queue.top().second;
        queue.pop();
        Symbol& left = symbols[static_cast<size_t>(at)];
        if (left.length == 0 || left.behind < 0) continue;
        Symbol& right = symbols[static_cast<size_t>(left.behind)];
        if (merge_of(left.id, right.id) != merge) continue;
        left.id = static_cast<uint32_t>(merge);
        left.length += right.length;
        right.length = 0;
        left.behind = right.behind;
        if (left.behind >= 0) {
            Symbol& next = symbols[static_cast<size_t>(left.behind)];
            next.before = at;
            const uint64_t made = merge_of(left.id, next.id);
            if (made != kNoMerge) queue.emplace(made, at);
        }
        if (left.before >= 0) {
            const uint64_t made = merge_of(symbols[static_cast<size_t>(left.before)].id, left.id);
            if (made != kNoMerge) queue.emplace(made, left.before);
        }
    }
    std::erase_if(symbols, [](const Symbol& symbol) { return symbol.length == 0; });
}

Status BpeModel::cut(std::string_view word, std::vector<ModelToken>& out) const {
    if (options_.ignore_merges) {
        std::optional<uint32_t> whole;
        if (!takes_bytes_) {
            whole = tokens_.find(word);
        } else if (const auto found = by_bytes_.find(std::string(word)); found != by_bytes_.end()) {
            whole = found->second;
        }
        if (whole) {
            out.push_back({*whole, 0, static_cast<uint32_t>(word.size())});
            return {};
        }
    }
    std::vector<Symbol> symbols;
    symbols.reserve(word.size());
    split_characters(word, symbols);
    if (symbols.size() <= kFewSymbols) {
        merge_few(symbols);
    } else {
        merge_many(symbols);
    }
    uint32_t begin = 0;
    for (const Symbol& symbol : symbols) {
        out.push_back({symbol.id, begin, begin + symbol.length});
        begin += symbol.length;
    }
    return {};
}

}  // namespace temblor
