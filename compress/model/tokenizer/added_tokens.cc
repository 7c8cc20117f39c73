#include "compress/model/tokenizer/added_tokens.h"

#include <utility>

#include <unicode/uchar.h>

namespace temblor {
namespace {

size_t begin_of_last_character(std::string_view text) {
    size_t last = text.size() - 1;
    while (last > 0 && (static_cast<unsigned char>(text[last]) & 0xC0) == 0x80) --last;
    return last;
}

}  // namespace

bool is_word_character(UChar32 c) {
    return u_isUAlphabetic(c) || c == 0x200C || c == 0x200D ||
           (U_GET_GC_MASK(c) & (U_GC_M_MASK | U_GC_ND_MASK | U_GC_PC_MASK)) != 0;
}

void AddedTokens::Finder::add(std::string_view text, uint32_t index) {
    if (text.empty()) return;
    if (node_token.empty()) node_token.push_back(0);
    empty = false;
    begins[static_cast<unsigned char>(text.front())] = true;
    uint64_t node = 0;
    for (const char c : text) {
        const uint64_t key = (node << 8) | static_cast<unsigned char>(c);
        const uint64_t fresh = node_token.size();
        if (edges.insert(key, fresh)) node_token.push_back(0);
        node = *edges.find(key);
    }
    node_token[node] = index + 1;
}

Result<AddedTokens> AddedTokens::create(std::vector<AddedToken> tokens,
                                        const TextNormalizer* normalizer) {
    AddedTokens made;
    made.tokens_ = std::move(tokens);
    for (uint32_t i = 0; i < made.tokens_.size(); ++i) {
        const AddedToken& token = made.tokens_[i];
        made.by_id_.insert(token.id, i);
        std::string spelling = token.content;
        if (token.normalized && normalizer != nullptr) {
            AlignedText text(token.content, 0);
            TEMBLOR_RETURN_IF_ERROR(normalizer->apply(text));
            spelling = text.text();
        }
        (token.normalized ? made.in_normalized_ : made.in_original_).add(spelling, i);
        made.spellings_.push_back(std::move(spelling));
    }
    return made;
}

std::optional<uint32_t> AddedTokens::index_of(uint32_t id) const {
    const uint64_t* index = by_id_.find(id);
    if (index == nullptr) return std::nullopt;
    return static_cast<uint32_t>(*index);
}

const AddedToken* AddedTokens::find(uint32_t id) const {
    const auto index = index_of(id);
    return index ? &tokens_[*index] : nullptr;
}

bool AddedTokens::is_markup(uint32_t index) const {
    const AddedToken& token = tokens_[index];
    const std::string_view text = token.content;
    return token.special || (text.starts_with('<') && text.ends_with('>')) ||
           (text.starts_with('[') && text.ends_with(']'));
}

std::optional<AddedTokenMatch> AddedTokens::longest_at(const Finder& finder, std::string_view text,
                                                       size_t at) {
    if (!finder.begins[static_cast<unsigned char>(text[at])]) return std::nullopt;
    std::optional<AddedTokenMatch> longest;
    uint64_t node = 0;
    for (size_t i = at; i < text.size(); ++i) {
        const uint64_t* next = finder.edges.find((node << 8) | static_cast<unsigned char>(text[i]));
        if (next == nullptr) break;
        node = *next;
        if (finder.node_token[node] == 0) continue;
        longest = AddedTokenMatch{{static_cast<uint32_t>(at), static_cast<uint32_t>(i + 1)},
                                  finder.node_token[node] - 1};
    }
    return longest;
}

bool AddedTokens::stands_alone(std::string_view text, const AddedTokenMatch& match) const {
    if (!tokens_[match.index].single_word) return true;
    if (match.range.begin > 0) {
        size_t last = begin_of_last_character(text.substr(0, match.range.begin));
        if (is_word_character(next_character(text, last))) return false;
    }
    size_t next = match.range.end;
    return next >= text.size() || !is_word_character(next_character(text, next));
}

AddedTokenMatch AddedTokens::widened(std::string_view text, AddedTokenMatch match,
                                     size_t done) const {
    const AddedToken& token = tokens_[match.index];
    while (token.lstrip && match.range.begin > done) {
        const size_t last = begin_of_last_character(text.substr(0, match.range.begin));
        size_t next = last;
        if (!u_isUWhiteSpace(next_character(text, next))) break;
        match.range.begin = static_cast<uint32_t>(last);
    }
    while (token.rstrip && match.range.end < text.size()) {
        size_t next = match.range.end;
        if (!u_isUWhiteSpace(next_character(text, next))) break;
        match.range.end = static_cast<uint32_t>(next);
    }
    return match;
}

}  // namespace temblor
