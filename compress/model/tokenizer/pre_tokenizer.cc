#include "compress/model/tokenizer/pre_tokenizer.h"

#include <utility>

#include <unicode/uchar.h>

#include "compress/model/tokenizer/added_tokens.h"
#include "data/text/bert_characters.h"

namespace temblor {
namespace {

// Each character is told by a function whether it is a match.
template <typename IsMatch>
class CharacterSplit final : public PreTokenizer {
public:
    CharacterSplit(IsMatch is_match, SplitBehavior behavior)
        : is_match_(is_match), behavior_(behavior) {}

    Status apply(PreTokens& tokens) const override {
        std::vector<TextRange> pieces;
        std::vector<TextRange> matches;
        pieces.reserve(tokens.words.size());
        for (const TextRange& word : tokens.words) {
            matches.clear();
            const std::string_view text = tokens.text.text().substr(word.begin, word.size());
            for (size_t i = 0; i < text.size();) {
                const auto begin = static_cast<uint32_t>(i);
                if (is_match_(next_character(text, i))) {
                    matches.push_back({begin, static_cast<uint32_t>(i)});
                }
            }
            split_at_matches(matches, word.size(), word.begin, behavior_, false, pieces);
        }
        tokens.words = std::move(pieces);
        return {};
    }

private:
    IsMatch is_match_;
    SplitBehavior behavior_;
};

template <typename IsMatch>
std::unique_ptr<PreTokenizer> make_character_split(IsMatch is_match, SplitBehavior behavior) {
    return std::make_unique<CharacterSplit<IsMatch>>(is_match, behavior);
}

bool is_white(UChar32 c) { return u_isUWhiteSpace(c) != 0; }

bool is_numeric(UChar32 c) {
    return c < 0x80 ? c >= '0' && c <= '9' : (U_GET_GC_MASK(c) & U_GC_N_MASK) != 0;
}

class BertPreTokenizer final : public PreTokenizer {
public:
    Status apply(PreTokens& tokens) const override {
        std::vector<TextRange> pieces;
        pieces.reserve(tokens.text.size() / 4 + 1);
        const std::string_view text = tokens.text.text();
        for (const TextRange& word : tokens.words) {
            uint32_t begin = word.begin;
            for (size_t i = word.begin; i < word.end;) {
                const auto at = static_cast<uint32_t>(i);
                const UChar32 c = next_character(text, i);
                const bool white = is_white(c);
                if (!white && !is_bert_punctuation(c)) continue;
                if (begin < at) pieces.push_back({begin, at});
                if (!white) pieces.push_back({at, static_cast<uint32_t>(i)});
                begin = static_cast<uint32_t>(i);
            }
            if (begin < word.end) pieces.push_back({begin, word.end});
        }
        tokens.words = std::move(pieces);
        return {};
    }
};

class WhitespacePreTokenizer final : public PreTokenizer {
public:
    Status apply(PreTokens& tokens) const override {
        enum class Kind : uint8_t { kWhite, kWord, kOther };
        std::vector<TextRange> pieces;
        const std::string_view text = tokens.text.text();
        for (const TextRange& word : tokens.words) {
            Kind before = Kind::kWhite;
            for (size_t i = word.begin; i < word.end;) {
                const auto at = static_cast<uint32_t>(i);
                const UChar32 c = next_character(text, i);
                const Kind kind = is_word_character(c) ? Kind::kWord
                                  : is_white(c)        ? Kind::kWhite
                                                       : Kind::kOther;
                if (kind != Kind::kWhite) {
                    if (kind != before) pieces.push_back({at, at});
                    pieces.back().end = static_cast<uint32_t>(i);
                }
                before = kind;
            }
        }
        tokens.words = std::move(pieces);
        return {};
    }
};

class PatternSplit final : public PreTokenizer {
public:
    PatternSplit(std::unique_ptr<TextPattern> pattern, SplitBehavior behavior, bool invert)
        : pattern_(std::move(pattern)), behavior_(behavior), invert_(invert) {}

    Status apply(PreTokens& tokens) const override {
        std::vector<TextRange> pieces;
        std::vector<TextRange> matches;
        for (const TextRange& word : tokens.words) {
            matches.clear();
            TEMBLOR_RETURN_IF_ERROR(
                pattern_->find_all(tokens.text.text().substr(word.begin, word.size()), matches));
            split_at_matches(matches, word.size(), word.begin, behavior_, invert_, pieces);
        }
        tokens.words = std::move(pieces);
        return {};
    }

private:
    std::unique_ptr<TextPattern> pattern_;
    SplitBehavior behavior_;
    bool invert_;
};

class PreTokenizerSequence final : public PreTokenizer {
public:
    explicit PreTokenizerSequence(std::vector<std::unique_ptr<PreTokenizer>> steps)
        : steps_(std::move(steps)) {}

    Status apply(PreTokens& tokens) const override {
        for (const auto& step : steps_) TEMBLOR_RETURN_IF_ERROR(step->apply(tokens));
        return {};
    }

private:
    std::vector<std::unique_ptr<PreTokenizer>> steps_;
};

}  // namespace

std::unique_ptr<PreTokenizer> make_bert_pre_tokenizer() {
    return std::make_unique<BertPreTokenizer>();
}

std::unique_ptr<PreTokenizer> make_whitespace_pre_tokenizer() {
    return std::make_unique<WhitespacePreTokenizer>();
}

std::unique_ptr<PreTokenizer> make_whitespace_split() {
    return make_character_split(is_white, SplitBehavior::kRemoved);
}

std::unique_ptr<PreTokenizer> make_punctuation_pre_tokenizer(SplitBehavior behavior) {
    return make_character_split(is_bert_punctuation, behavior);
}

std::unique_ptr<PreTokenizer> make_digits_pre_tokenizer(bool individual) {
    return make_character_split(is_numeric,
                                individual ? SplitBehavior::kIsolated : SplitBehavior::kContiguous);
}

std::unique_ptr<PreTokenizer> make_split_pre_tokenizer(std::unique_ptr<TextPattern> pattern,
                                                       SplitBehavior behavior, bool invert) {
    return std::make_unique<PatternSplit>(std::move(pattern), behavior, invert);
}

std::unique_ptr<PreTokenizer> make_pre_tokenizer_sequence(
    std::vector<std::unique_ptr<PreTokenizer>> steps) {
    return std::make_unique<PreTokenizerSequence>(std::move(steps));
}

}  // namespace temblor
