#include "compress/model/tokenizer/sentencepiece_tokenizer.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <sentencepiece_processor.h>

#include "compress/model/tokenizer/added_tokens.h"
#include "compress/model/tokenizer/post_processor.h"

namespace temblor {
namespace {

class SentencePieceTokenizer final : public Tokenizer {
public:
    Status load(std::string_view content, const TokenizerConfig& config);

    [[nodiscard]] Result<Encoding> encode(std::string_view text,
                                          const EncodeOptions& options) const override {
        TEMBLOR_ASSIGN_OR_RETURN(TokenRun run, encode_run(text, options, true));
        return post_processor_.finish(std::move(run), text, nullptr, {}, options);
    }
    [[nodiscard]] Result<Encoding> encode_pair(std::string_view first, std::string_view second,
                                               const EncodeOptions& options) const override {
        TEMBLOR_ASSIGN_OR_RETURN(TokenRun first_run, encode_run(first, options, true));
        TEMBLOR_ASSIGN_OR_RETURN(TokenRun second_run, encode_run(second, options, false));
        return post_processor_.finish(std::move(first_run), first, &second_run, second, options);
    }
    [[nodiscard]] Result<std::string> decode(const std::vector<uint32_t>& ids,
                                             bool skip_special) const override;
    [[nodiscard]] uint32_t vocabulary_size() const override { return size_; }
    [[nodiscard]] std::optional<std::string> token(uint32_t id) const override {
        if (id >= size_) return std::nullopt;
        return processor_.IdToPiece(static_cast<int>(id));
    }
    [[nodiscard]] std::optional<uint32_t> find(std::string_view token) const override;
    [[nodiscard]] bool is_special(uint32_t id) const override {
        return id < size_ && (processor_.IsControl(static_cast<int>(id)) ||
                              processor_.IsUnknown(static_cast<int>(id)));
    }
    [[nodiscard]] const SpecialTokens& special_tokens() const override { return special_; }
    [[nodiscard]] size_t added_tokens(bool pair) const override {
        return post_processor_.added(pair);
    }
    [[nodiscard]] std::optional<size_t> max_length() const override { return max_length_; }

private:
    Result<TokenRun> encode_run(std::string_view text, const EncodeOptions& options,
                                bool first) const;
    Status encode_part(const AlignedText& text, TextRange part, TokenRun& run) const;
    Status append_text(const std::vector<int>& ids, std::string& text) const;

    sentencepiece::SentencePieceProcessor processor_;
    uint32_t size_ = 0;
    AddedTokens controls_;
    PostProcessor post_processor_;
    SpecialTokens special_;
    std::optional<size_t> max_length_;
};

Status SentencePieceTokenizer::load(std::string_view content, const TokenizerConfig& config) {
    const auto loaded = processor_.LoadFromSerializedProto({content.data(), content.size()});
    if (!loaded.ok() || processor_.GetPieceSize() <= 0) {
        return Status::invalid_argument("no SentencePiece model: " + loaded.ToString());
    }
    size_ = static_cast<uint32_t>(processor_.GetPieceSize());
    max_length_ = config.model_max_length;
    std::vector<AddedToken> controls;
    for (uint32_t id = 0; id < size_; ++id) {
        if (!is_special(id)) continue;
        AddedToken token;
        token.content = processor_.IdToPiece(static_cast<int>(id));
        token.id = id;
        token.normalized = false;
        token.special = true;
        if (!token.content.empty()) controls.push_back(std::move(token));
    }
    TEMBLOR_ASSIGN_OR_RETURN(controls_, AddedTokens::create(std::move(controls), nullptr));
    special_ = find_special_tokens(*this, config);
    if (!config.bos && processor_.bos_id() >= 0) {
        special_.bos = static_cast<uint32_t>(processor_.bos_id());
    }
    if (!config.eos && processor_.eos_id() >= 0) {
        special_.eos = static_cast<uint32_t>(processor_.eos_id());
    }
    using Part = PostProcessor::Piece;
    const auto around = [&](bool pair) {
        std::vector<Part> pieces;
        for (const auto kind : {Part::Kind::kFirst, Part::Kind::kSecond}) {
            const bool second = kind == Part::Kind::kSecond;
            if (second && !pair) break;
            const uint8_t type = second ? 1 : 0;
            if (special_.bos && config.add_bos_token.value_or(true)) {
                pieces.push_back({Part::Kind::kTokens, type, {*special_.bos}});
            }
            pieces.push_back({kind, type, {}});
            if (special_.eos && config.add_eos_token.value_or(false)) {
                pieces.push_back({Part::Kind::kTokens, type, {*special_.eos}});
            }
        }
        return pieces;
    };
    post_processor_.single = around(false);
    post_processor_.pair = around(true);
    return {};
}

std::optional<uint32_t> SentencePieceTokenizer::find(std::string_view token) const {
    const int id = processor_.PieceToId({token.data(), token.size()});
    // It answers with the unknown piece for one that is not there.
    if (id < 0 || processor_.IdToPiece(id) != token) return std::nullopt;
    return static_cast<uint32_t>(id);
}

Status SentencePieceTokenizer::encode_part(const AlignedText& text, TextRange part,
                                           TokenRun& run) const {
    if (part.begin == part.end) return {};
    const std::string_view bytes = text.text().substr(part.begin, part.size());
    const auto found = processor_.EncodeAsImmutableProto({bytes.data(), bytes.size()});
    size_t waiting = run.tokens.size();  // from here on tokens share the next place that has bytes
    for (const auto& piece : found.pieces()) {
        TokenRun::Token token;
        token.id = piece.id();
        if (piece.begin() < piece.end() && piece.end() <= part.size()) {
            const TextRange origin =
                text.origin(part.begin + piece.begin(), part.begin + piece.end());
            token.offsets = {origin.begin, origin.end};
            for (; waiting < run.tokens.size(); ++waiting) {
                run.tokens[waiting].offsets = token.offsets;
            }
            waiting = run.tokens.size() + 1;
        }
        run.tokens.push_back(token);
    }
    return {};
}

Result<TokenRun> SentencePieceTokenizer::encode_run(std::string_view bytes,
                                                    const EncodeOptions& options,
                                                    bool first) const {
    if (bytes.size() > kMaxTokenizedBytes) {
        return Status::resource_exhausted(
            fmt::format("text of {} bytes (at most {})", bytes.size(), kMaxTokenizedBytes));
    }
    const AlignedText text = AlignedText::from_bytes(bytes, 0);
    std::vector<AddedTokenMatch> matches;
    const auto is_plain = [&](const AddedTokenMatch& match) {
        const TextRange origin = text.origin(match.range.begin, match.range.end);
        return first &&
               std::any_of(options.plain.begin(), options.plain.end(), [&](const ByteSpan& span) {
                   return span.begin < origin.end && origin.begin < span.end;
               });
    };
    if (options.special_in_text) {
        controls_.find_all(
            text.text(), false, [&](const AddedTokenMatch& match) { return !is_plain(match); },
            matches);
    }
    TokenRun run;
    uint32_t done = 0;
    for (const AddedTokenMatch& match : matches) {
        TEMBLOR_RETURN_IF_ERROR(encode_part(text, {done, match.range.begin}, run));
        TokenRun::Token token;
        token.id = controls_.all()[match.index].id;
        const TextRange origin = text.origin(match.range.begin, match.range.end);
        token.offsets = {origin.begin, origin.end};
        run.tokens.push_back(token);
        done = match.range.end;
    }
    TEMBLOR_RETURN_IF_ERROR(encode_part(text, {done, text.size()}, run));
    return run;
}

Status SentencePieceTokenizer::append_text(const std::vector<int>& ids, std::string& text) const {
    if (ids.empty()) return {};
    std::string decoded;
    const auto status = processor_.Decode(ids, &decoded);
    if (!status.ok()) return Status::internal("SentencePiece: " + status.ToString());
    text += decoded;
    return {};
}

Result<std::string> SentencePieceTokenizer::decode(const std::vector<uint32_t>& ids,
                                                   bool skip_special) const {
    std::string text;
    std::vector<int> run;
    for (const uint32_t id : ids) {
        if (id >= size_ || (skip_special && is_special(id))) continue;
        if (is_special(id)) {
            TEMBLOR_RETURN_IF_ERROR(append_text(run, text));
            run.clear();
            text += processor_.IdToPiece(static_cast<int>(id));
        } else {
            run.push_back(static_cast<int>(id));
        }
    }
    TEMBLOR_RETURN_IF_ERROR(append_text(run, text));
    return std::string(AlignedText::from_bytes(text, 0).text());
}

}  // namespace

Result<std::unique_ptr<const Tokenizer>> make_sentencepiece_tokenizer(
    std::string_view content, const TokenizerConfig& config) {
    auto made = std::make_unique<SentencePieceTokenizer>();
    TEMBLOR_RETURN_IF_ERROR(made->load(content, config));
    return std::unique_ptr<const Tokenizer>(std::move(made));
}

}  // namespace temblor
