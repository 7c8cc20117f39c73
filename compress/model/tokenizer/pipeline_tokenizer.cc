#include "compress/model/tokenizer/pipeline_tokenizer.h"

#include <algorithm>

#include <fmt/format.h>
#include <unicode/uchar.h>

#include "compress/model/tokenizer/byte_alphabet.h"

namespace temblor {
namespace {

// White space and the character of the byte-level alphabet that stands for a space.
bool is_token_blank(UChar32 c) { return c == character_of_byte(' ') || u_isUWhiteSpace(c); }

// How many of them begin and end a token.
std::pair<uint8_t, uint8_t> count_blanks(std::string_view token) {
    uint8_t leading = 0;
    uint8_t trailing = 0;
    bool begin = true;
    for (size_t i = 0; i < token.size();) {
        const bool blank = is_token_blank(next_character(token, i));
        begin = begin && blank;
        if (begin && leading < UINT8_MAX) ++leading;
        if (!blank) trailing = 0;
        if (blank && trailing < UINT8_MAX) ++trailing;
    }
    return {leading, trailing};
}

Status check_text_size(std::string_view text) {
    if (text.size() <= kMaxTokenizedBytes) return {};
    return Status::resource_exhausted(
        fmt::format("text of {} bytes (at most {})", text.size(), kMaxTokenizedBytes));
}

ByteSpan span_of(TextRange range) { return {range.begin, range.end}; }

}  // namespace

// A cache of words that no other thread has.
class PipelineTokenizer::CacheLease {
public:
    explicit CacheLease(const PipelineTokenizer& owner) : owner_(owner) {
        {
            const std::lock_guard lock(owner_.mutex_);
            if (!owner_.idle_caches_.empty()) {
                cache_ = std::move(owner_.idle_caches_.back());
                owner_.idle_caches_.pop_back();
            }
        }
        if (cache_ == nullptr) cache_ = std::make_unique<WordCache>();
    }
    ~CacheLease() {
        const std::lock_guard lock(owner_.mutex_);
        owner_.idle_caches_.push_back(std::move(cache_));
    }
    CacheLease(const CacheLease&) = delete;
    CacheLease& operator=(const CacheLease&) = delete;

    WordCache& get() { return *cache_; }

private:
    const PipelineTokenizer& owner_;
    std::unique_ptr<WordCache> cache_;
};

PipelineTokenizer::PipelineTokenizer(TokenizerParts parts, const TokenizerConfig& config)
    : parts_(std::move(parts)),
      max_length_(parts_.max_length ? parts_.max_length : config.model_max_length) {
    const TokenTable& tokens = parts_.model->tokens();
    size_ = tokens.end();
    for (const AddedToken& added : parts_.added.all()) size_ = std::max(size_, added.id + 1);
    if (parts_.post_processor.trim_offsets) {
        blanks_.resize(tokens.end());
        for (uint32_t id = 0; id < tokens.end(); ++id) {
            blanks_[id] = count_blanks(tokens.token(id).value_or(std::string_view()));
        }
    }
    special_ = find_special_tokens(*this, config);
}

bool PipelineTokenizer::is_allowed(const AlignedText& text, const AddedTokenMatch& match,
                                   const Work& work) const {
    const auto& plain = work.options.plain;
    if (work.options.special_in_text && (plain.empty() || !work.first)) return true;
    if (!parts_.added.is_markup(match.index)) return true;
    if (!work.options.special_in_text) return false;
    const TextRange origin = text.origin(match.range.begin, match.range.end);
    const auto behind = std::find_if(plain.begin(), plain.end(),
                                     [&](const ByteSpan& span) { return span.end > origin.begin; });
    return behind == plain.end() || behind->begin >= origin.end;
}

void PipelineTokenizer::put_added(const AlignedText& text, const AddedTokenMatch& match,
                                  Work& work) const {
    TokenRun::Token token;
    token.id = parts_.added.all()[match.index].id;
    token.offsets = span_of(text.origin(match.range.begin, match.range.end));
    if (parts_.post_processor.trim_offsets) {
        const auto [leading, trailing] =
            count_blanks(text.text().substr(match.range.begin, match.range.size()));
        token.leading = leading;
        token.trailing = trailing;
    }
    work.run.tokens.push_back(token);
}

Status PipelineTokenizer::encode_words(AlignedText text, Work& work) const {
    if (text.empty()) return {};
    PreTokens pieces;
    pieces.words.push_back({0, text.size()});
    pieces.text = std::move(text);
    if (parts_.pre_tokenizer != nullptr) {
        TEMBLOR_RETURN_IF_ERROR(parts_.pre_tokenizer->apply(pieces));
    }
    std::vector<ModelToken> tokens;
    for (const TextRange& word : pieces.words) {
        tokens.clear();
        TEMBLOR_RETURN_IF_ERROR(parts_.model->tokenize(
            pieces.text.text().substr(word.begin, word.size()), work.cache, tokens));
        for (const ModelToken& found : tokens) {
            TokenRun::Token token;
            token.id = found.id;
            if (found.begin < found.end) {
                token.offsets =
                    span_of(pieces.text.origin(word.begin + found.begin, word.begin + found.end));
            }
            if (!blanks_.empty()) {
                token.leading = blanks_[found.id].first;
                token.trailing = blanks_[found.id].second;
            }
            work.run.tokens.push_back(token);
        }
    }
    return {};
}

Status PipelineTokenizer::encode_normalized(AlignedText text, Work& work) const {
    if (parts_.normalizer != nullptr) {
        TEMBLOR_RETURN_IF_ERROR(parts_.normalizer->apply(text));
    }
    std::vector<AddedTokenMatch> matches;
    parts_.added.find_all(
        text.text(), true,
        [&](const AddedTokenMatch& match) { return is_allowed(text, match, work); }, matches);
    if (matches.empty()) return encode_words(std::move(text), work);
    size_t done = 0;
    for (const AddedTokenMatch& match : matches) {
        TEMBLOR_RETURN_IF_ERROR(encode_words(text.slice(done, match.range.begin), work));
        put_added(text, match, work);
        done = match.range.end;
    }
    return encode_words(text.slice(done, text.size()), work);
}

Status PipelineTokenizer::encode_original(AlignedText text, Work& work) const {
    std::vector<AddedTokenMatch> matches;
    parts_.added.find_all(
        text.text(), false,
        [&](const AddedTokenMatch& match) { return is_allowed(text, match, work); }, matches);
    if (matches.empty()) return encode_normalized(std::move(text), work);
    size_t done = 0;
    for (const AddedTokenMatch& match : matches) {
        TEMBLOR_RETURN_IF_ERROR(encode_normalized(text.slice(done, match.range.begin), work));
        put_added(text, match, work);
        done = match.range.end;
    }
    return encode_normalized(text.slice(done, text.size()), work);
}

Result<TokenRun> PipelineTokenizer::encode_run(std::string_view text, const EncodeOptions& options,
                                               bool first) const {
    TEMBLOR_RETURN_IF_ERROR(check_text_size(text));
    TokenRun run;
    run.tokens.reserve(text.size() / 4 + 4);
    CacheLease cache(*this);
    Work work{options, first, cache.get(), run};
    TEMBLOR_RETURN_IF_ERROR(encode_original(AlignedText::from_bytes(text, 0), work));
    return run;
}

Result<Encoding> PipelineTokenizer::encode(std::string_view text,
                                           const EncodeOptions& options) const {
    TEMBLOR_ASSIGN_OR_RETURN(TokenRun run, encode_run(text, options, true));
    return parts_.post_processor.finish(std::move(run), text, nullptr, {}, options);
}

Result<Encoding> PipelineTokenizer::encode_pair(std::string_view first, std::string_view second,
                                                const EncodeOptions& options) const {
    TEMBLOR_ASSIGN_OR_RETURN(TokenRun first_run, encode_run(first, options, true));
    TEMBLOR_ASSIGN_OR_RETURN(TokenRun second_run, encode_run(second, options, false));
    return parts_.post_processor.finish(std::move(first_run), first, &second_run, second, options);
}

Result<std::string> PipelineTokenizer::decode(const std::vector<uint32_t>& ids,
                                              bool skip_special) const {
    std::vector<std::string> tokens;
    tokens.reserve(ids.size());
    for (const uint32_t id : ids) {
        if (skip_special && is_special(id)) continue;
        if (const auto added = parts_.added.index_of(id)) {
            tokens.push_back(parts_.added.spelling(*added));
        } else if (const auto found = parts_.model->tokens().token(id)) {
            tokens.emplace_back(*found);
        }
    }
    if (parts_.decoder != nullptr) TEMBLOR_RETURN_IF_ERROR(parts_.decoder->apply(tokens));
    std::string text;
    for (size_t i = 0; i < tokens.size(); ++i) {
        if (i > 0 && parts_.decoder == nullptr) text += ' ';
        text += tokens[i];
    }
    return text;
}

std::optional<std::string> PipelineTokenizer::token(uint32_t id) const {
    if (const AddedToken* added = parts_.added.find(id)) return added->content;
    const auto found = parts_.model->tokens().token(id);
    if (!found) return std::nullopt;
    return std::string(*found);
}

std::optional<uint32_t> PipelineTokenizer::find(std::string_view token) const {
    if (const auto id = parts_.model->tokens().find(token)) return id;
    for (const AddedToken& added : parts_.added.all()) {
        if (added.content == token) return added.id;
    }
    return std::nullopt;
}

bool PipelineTokenizer::is_special(uint32_t id) const {
    const AddedToken* added = parts_.added.find(id);
    return added != nullptr && added->special;
}

}  // namespace temblor
