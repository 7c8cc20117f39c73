#include <utility>

#include "compress/model/tokenizer/byte_alphabet.h"
#include "compress/model/tokenizer/pre_tokenizer.h"

namespace temblor {
namespace {

constexpr std::string_view kGpt2Expression =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";
constexpr std::string_view kMetaspaceBlank = " ";

// `tokens` with each word rewritten by `rewrite`, which appends it to the new text.
template <typename Rewrite>
Status rewrite_words(PreTokens& tokens, Rewrite rewrite) {
    PreTokens out;
    out.text.reserve(tokens.text.size() + tokens.words.size());
    out.words.reserve(tokens.words.size());
    for (const TextRange& word : tokens.words) {
        const uint32_t begin = out.text.size();
        rewrite(word, out.text);
        if (out.text.size() > kMaxNormalizedBytes) {
            return Status::resource_exhausted("normalised text is too long");
        }
        if (begin < out.text.size()) out.words.push_back({begin, out.text.size()});
    }
    tokens = std::move(out);
    return {};
}

class ByteLevelPreTokenizer final : public PreTokenizer {
public:
    ByteLevelPreTokenizer(std::unique_ptr<PreTokenizer> split, bool add_prefix_space,
                          bool map_bytes)
        : split_(std::move(split)), add_prefix_space_(add_prefix_space), map_bytes_(map_bytes) {}

    Status apply(PreTokens& tokens) const override {
        if (add_prefix_space_) TEMBLOR_RETURN_IF_ERROR(add_spaces(tokens));
        if (split_ != nullptr) TEMBLOR_RETURN_IF_ERROR(split_->apply(tokens));
        if (!map_bytes_) return {};
        const std::string_view text = tokens.text.text();
        return rewrite_words(tokens, [&](TextRange word, AlignedText& out) {
            for (uint32_t i = word.begin; i < word.end; ++i) {
                out.append(character_of_byte(static_cast<uint8_t>(text[i])), tokens.text.origin(i));
            }
        });
    }

private:
    static Status add_spaces(PreTokens& tokens) {
        const std::string_view text = tokens.text.text();
        bool complete = true;
        for (const TextRange& word : tokens.words) complete = complete && text[word.begin] == ' ';
        if (complete) return {};
        return rewrite_words(tokens, [&](TextRange word, AlignedText& out) {
            if (text[word.begin] != ' ') out.append(" ", tokens.text.origin(word.begin));
            out.append(tokens.text, word.begin, word.end);
        });
    }

    std::unique_ptr<PreTokenizer> split_;  ///< null: none
    bool add_prefix_space_;
    bool map_bytes_;
};

class MetaspacePreTokenizer final : public PreTokenizer {
public:
    MetaspacePreTokenizer(std::string replacement, PrependScheme scheme, bool split)
        : replacement_(std::move(replacement)), scheme_(scheme), split_(split) {}

    Status apply(PreTokens& tokens) const override {
        const std::string_view text = tokens.text.text();
        TEMBLOR_RETURN_IF_ERROR(rewrite_words(tokens, [&](TextRange word, AlignedText& out) {
            const std::string_view bytes = text.substr(word.begin, word.size());
            const bool starts =
                bytes.starts_with(kMetaspaceBlank) || bytes.starts_with(replacement_);
            const TextRange first = tokens.text.origin(word.begin);
            const bool prepends = scheme_ == PrependScheme::kAlways ||
                                  (scheme_ == PrependScheme::kFirst && first.begin == 0);
            if (prepends && !starts) out.append(replacement_, first);
            uint32_t done = word.begin;
            for (uint32_t i = word.begin; i < word.end; ++i) {
                if (text[i] != ' ') continue;
                out.append(tokens.text, done, i);
                out.append(replacement_, tokens.text.origin(i));
                done = i + 1;
            }
            out.append(tokens.text, done, word.end);
        }));
        if (split_) split_words(tokens);
        return {};
    }

private:
    // Before each replacement: one that follows another begins a piece of its own.
    void split_words(PreTokens& tokens) const {
        std::vector<TextRange> pieces;
        std::vector<TextRange> matches;
        for (const TextRange& word : tokens.words) {
            matches.clear();
            const std::string_view bytes = tokens.text.text().substr(word.begin, word.size());
            for (size_t at = bytes.find(replacement_); at != std::string_view::npos;
                 at = bytes.find(replacement_, at + replacement_.size())) {
                matches.push_back(
                    {static_cast<uint32_t>(at), static_cast<uint32_t>(at + replacement_.size())});
            }
            split_at_matches(matches, word.size(), word.begin, SplitBehavior::kMergedWithNext,
                             false, pieces);
        }
        tokens.words = std::move(pieces);
    }

    std::string replacement_;
    PrependScheme scheme_;
    bool split_;
};

}  // namespace

std::unique_ptr<PreTokenizer> make_byte_level_pre_tokenizer(bool add_prefix_space, bool use_regex,
                                                            bool map_bytes) {
    std::unique_ptr<PreTokenizer> split;
    if (use_regex) {
        auto pattern = TextPattern::of_regex(kGpt2Expression);
        split =
            make_split_pre_tokenizer(std::move(pattern).value(), SplitBehavior::kIsolated, false);
    }
    return std::make_unique<ByteLevelPreTokenizer>(std::move(split), add_prefix_space, map_bytes);
}

std::unique_ptr<PreTokenizer> make_metaspace_pre_tokenizer(std::string replacement,
                                                           PrependScheme scheme, bool split) {
    return std::make_unique<MetaspacePreTokenizer>(std::move(replacement), scheme, split);
}

}  // namespace temblor
