#include "compress/model/tokenizer/tokenizer_parts.h"

namespace temblor {
namespace {

using MadeDecoder = Result<std::unique_ptr<TokenDecoder>>;

constexpr uint64_t kMostStripped = uint64_t{1} << 20;

MadeDecoder read_strip_decoder(const JsonNode& node) {
    TEMBLOR_RETURN_IF_ERROR(node.only({"type", "content", "start", "stop"}));
    TEMBLOR_ASSIGN_OR_RETURN(const JsonNode member, node.member("content"));
    TEMBLOR_ASSIGN_OR_RETURN(const std::string_view text, member.string());
    if (text.empty() || character_bytes(text[0]) != text.size()) {
        return member.expected("one character");
    }
    TEMBLOR_ASSIGN_OR_RETURN(const JsonNode start_member, node.member("start"));
    TEMBLOR_ASSIGN_OR_RETURN(const uint64_t start, start_member.integer(kMostStripped));
    TEMBLOR_ASSIGN_OR_RETURN(const JsonNode stop_member, node.member("stop"));
    TEMBLOR_ASSIGN_OR_RETURN(const uint64_t stop, stop_member.integer(kMostStripped));
    size_t place = 0;
    return make_strip_decoder(next_character(text, place), start, stop);
}

MadeDecoder read_replace_decoder(const JsonNode& node) {
    TEMBLOR_RETURN_IF_ERROR(node.only({"type", "pattern", "content"}));
    TEMBLOR_ASSIGN_OR_RETURN(const JsonNode where, node.member("pattern"));
    TEMBLOR_ASSIGN_OR_RETURN(auto pattern, read_text_pattern(where));
    TEMBLOR_ASSIGN_OR_RETURN(const JsonNode content, node.member("content"));
    TEMBLOR_ASSIGN_OR_RETURN(const std::string_view text, content.string());
    return make_replace_decoder(std::move(pattern), std::string(text));
}

}  // namespace

MadeDecoder read_token_decoder(const JsonNode& node, int depth) {
    if (depth > kDeepestSequence) return node.expected("fewer sequences within each other");
    TEMBLOR_ASSIGN_OR_RETURN(const std::string_view type, read_type(node));
    if (type == "Strip") return read_strip_decoder(node);
    if (type == "Replace") return read_replace_decoder(node);
    if (type == "WordPiece") {
        TEMBLOR_RETURN_IF_ERROR(node.only({"type", "prefix", "cleanup"}));
        TEMBLOR_ASSIGN_OR_RETURN(auto prefix, node.string_or("prefix", "##"));
        TEMBLOR_ASSIGN_OR_RETURN(const bool cleanup, node.boolean_or("cleanup", true));
        return make_wordpiece_decoder(std::move(prefix), cleanup);
    }
    if (type == "Metaspace") {
        TEMBLOR_RETURN_IF_ERROR(node.only(
            {"type", "replacement", "add_prefix_space", "prepend_scheme", "split", "str_rep"}));
        TEMBLOR_ASSIGN_OR_RETURN(auto replacement, read_metaspace_replacement(node));
        Result<PrependScheme> scheme = read_prepend_scheme(node);
        if (!scheme.is_ok()) return std::move(scheme).status();
        return make_metaspace_decoder(std::move(replacement), *scheme);
    }
    if (type == "ByteLevel") {
        TEMBLOR_RETURN_IF_ERROR(
            node.only({"type", "add_prefix_space", "trim_offsets", "use_regex"}));
        return make_byte_level_decoder();
    }
    if (type == "Sequence") {
        TEMBLOR_RETURN_IF_ERROR(node.only({"type", "decoders"}));
        TEMBLOR_ASSIGN_OR_RETURN(
            auto steps, (read_steps<TokenDecoder>(node, "decoders", [&](const JsonNode& step) {
                return read_token_decoder(step, depth + 1);
            })));
        return make_decoder_sequence(std::move(steps));
    }
    std::unique_ptr<TokenDecoder> plain;
    if (type == "ByteFallback") plain = make_byte_fallback_decoder();
    if (type == "Fuse") plain = make_fuse_decoder();
    if (plain == nullptr) return node.unknown("decoder", type);
    TEMBLOR_RETURN_IF_ERROR(node.only({"type"}));
    return plain;
}

}  // namespace temblor
