#include <fmt/format.h>

#include "compress/model/tokenizer/tokenizer_parts.h"

namespace temblor {
namespace {

Result<AddedToken> read_added_token(const JsonNode& node) {
    TEMBLOR_RETURN_IF_ERROR(
        node.only({"id", "content", "single_word", "lstrip", "rstrip", "normalized", "special"}));
    AddedToken token;
    TEMBLOR_ASSIGN_OR_RETURN(const JsonNode id_member, node.member("id"));
    TEMBLOR_ASSIGN_OR_RETURN(const uint64_t id, id_member.integer(TokenTable::kMostTokens));
    token.id = static_cast<uint32_t>(id);
    TEMBLOR_ASSIGN_OR_RETURN(const JsonNode content_member, node.member("content"));
    TEMBLOR_ASSIGN_OR_RETURN(const std::string_view content, content_member.string());
    token.content = content;
    TEMBLOR_ASSIGN_OR_RETURN(token.single_word, node.boolean_or("single_word", false));
    TEMBLOR_ASSIGN_OR_RETURN(token.lstrip, node.boolean_or("lstrip", false));
    TEMBLOR_ASSIGN_OR_RETURN(token.rstrip, node.boolean_or("rstrip", false));
    TEMBLOR_ASSIGN_OR_RETURN(token.special, node.boolean_or("special", false));
    TEMBLOR_ASSIGN_OR_RETURN(token.normalized, node.boolean_or("normalized", !token.special));
    return token;
}

Result<std::optional<size_t>> read_truncation(const JsonNode& root) {
    const auto node = root.find("truncation");
    if (!node) return std::optional<size_t>{};
    TEMBLOR_RETURN_IF_ERROR(node->only({"direction", "max_length", "strategy", "stride"}));
    TEMBLOR_ASSIGN_OR_RETURN(const JsonNode member, node->member("max_length"));
    TEMBLOR_ASSIGN_OR_RETURN(const uint64_t most, member.integer(uint64_t{1} << 40));
    return std::optional<size_t>(most);
}

// The ids of the template are tokens.
Status check_template(const TokenizerParts& parts, const JsonNode& node) {
    for (const auto* pieces : {&parts.post_processor.single, &parts.post_processor.pair}) {
        for (const auto& piece : *pieces) {
            for (const uint32_t id : piece.ids) {
                if (parts.model->tokens().token(id) || parts.added.find(id) != nullptr) continue;
                return Status::invalid_argument(fmt::format(
                    "field \"{}\": id {} is no token of the vocabulary", node.path(), id));
            }
        }
    }
    return {};
}

}  // namespace

Result<std::string_view> read_type(const JsonNode& node) {
    TEMBLOR_ASSIGN_OR_RETURN(const JsonNode member, node.member("type"));
    return member.string();
}

Result<AddedTokens> read_added_tokens(const JsonNode& node, const TokenTable& tokens,
                                      const TextNormalizer* normalizer) {
    TEMBLOR_ASSIGN_OR_RETURN(const auto nodes, node.elements());
    std::vector<AddedToken> added;
    FlatTable ids;
    for (const JsonNode& entry : nodes) {
        TEMBLOR_ASSIGN_OR_RETURN(AddedToken token, read_added_token(entry));
        const auto there = tokens.token(token.id);
        const auto elsewhere = tokens.find(token.content);
        if ((there && *there != token.content) || (elsewhere && *elsewhere != token.id) ||
            !ids.insert(token.id, 0)) {
            return Status::invalid_argument(fmt::format(
                "field \"{}\": \"{}\" has id {}, the vocabulary has {}", entry.path(),
                token.content, token.id,
                elsewhere ? fmt::format("it as {}", *elsewhere)
                          : fmt::format("\"{}\" there", there ? *there : token.content)));
        }
        if (!token.content.empty()) added.push_back(std::move(token));
    }
    return AddedTokens::create(std::move(added), normalizer);
}

Result<TokenizerParts> read_tokenizer_json(std::string_view content) {
    simdjson::dom::parser parser;
    TEMBLOR_ASSIGN_OR_RETURN(const JsonNode root, parse_json_file(parser, content));
    TEMBLOR_RETURN_IF_ERROR(
        root.only({"version", "truncation", "padding", "added_tokens", "normalizer",
                   "pre_tokenizer", "post_processor", "decoder", "model"}));
    if (const auto node = root.find("version")) {
        TEMBLOR_ASSIGN_OR_RETURN(const std::string_view version, node->string());
        if (version != "1.0") return node->unknown("version", version);
    }
    TokenizerParts parts;
    TEMBLOR_ASSIGN_OR_RETURN(parts.max_length, read_truncation(root));
    if (const auto node = root.find("normalizer")) {
        TEMBLOR_ASSIGN_OR_RETURN(parts.normalizer, read_normalizer(*node));
    }
    const auto pre_tokenizer = root.find("pre_tokenizer");
    const bool byte_level = pre_tokenizer && ends_in_byte_level(*pre_tokenizer);
    TEMBLOR_ASSIGN_OR_RETURN(const JsonNode model, root.member("model"));
    TEMBLOR_ASSIGN_OR_RETURN(parts.model, read_token_model(model, byte_level));
    if (pre_tokenizer) {
        TEMBLOR_ASSIGN_OR_RETURN(parts.pre_tokenizer,
                                 read_pre_tokenizer(*pre_tokenizer, !parts.model->takes_bytes()));
    }
    if (const auto node = root.find("added_tokens")) {
        TEMBLOR_ASSIGN_OR_RETURN(
            parts.added, read_added_tokens(*node, parts.model->tokens(), parts.normalizer.get()));
    }
    if (const auto node = root.find("post_processor")) {
        TEMBLOR_ASSIGN_OR_RETURN(parts.post_processor, read_post_processor(*node));
        TEMBLOR_RETURN_IF_ERROR(check_template(parts, *node));
    }
    if (const auto node = root.find("decoder")) {
        TEMBLOR_ASSIGN_OR_RETURN(parts.decoder, read_token_decoder(*node));
    }
    return parts;
}

}  // namespace temblor
