#include "compress/model/tokenizer/charsmap_normalizer.h"
#include "compress/model/tokenizer/tokenizer_parts.h"

namespace temblor {
namespace {

using MadeNormalizer = Result<std::unique_ptr<TextNormalizer>>;

template <typename Normalizer, typename... Arguments>
std::unique_ptr<TextNormalizer> normalizer_of(Arguments&&... arguments) {
    return std::make_unique<Normalizer>(std::forward<Arguments>(arguments)...);
}

MadeNormalizer read_bert_normalizer(const JsonNode& node) {
    TEMBLOR_RETURN_IF_ERROR(
        node.only({"type", "clean_text", "handle_chinese_chars", "strip_accents", "lowercase"}));
    BertNormalizerOptions options;
    TEMBLOR_ASSIGN_OR_RETURN(options.clean_text, node.boolean_or("clean_text", true));
    TEMBLOR_ASSIGN_OR_RETURN(options.handle_chinese_chars,
                             node.boolean_or("handle_chinese_chars", true));
    TEMBLOR_ASSIGN_OR_RETURN(options.lowercase, node.boolean_or("lowercase", true));
    TEMBLOR_ASSIGN_OR_RETURN(options.strip_accents,
                             node.boolean_or("strip_accents", options.lowercase));
    return normalizer_of<BertNormalizer>(options);
}

MadeNormalizer read_strip_normalizer(const JsonNode& node) {
    TEMBLOR_RETURN_IF_ERROR(node.only({"type", "strip_left", "strip_right"}));
    TEMBLOR_ASSIGN_OR_RETURN(const bool left, node.boolean_or("strip_left", true));
    TEMBLOR_ASSIGN_OR_RETURN(const bool right, node.boolean_or("strip_right", true));
    return normalizer_of<StripNormalizer>(left, right);
}

MadeNormalizer read_prepend_normalizer(const JsonNode& node) {
    TEMBLOR_RETURN_IF_ERROR(node.only({"type", "prepend"}));
    TEMBLOR_ASSIGN_OR_RETURN(const JsonNode prefix, node.member("prepend"));
    TEMBLOR_ASSIGN_OR_RETURN(const std::string_view text, prefix.string());
    return normalizer_of<PrependNormalizer>(std::string(text));
}

MadeNormalizer read_replace_normalizer(const JsonNode& node) {
    TEMBLOR_RETURN_IF_ERROR(node.only({"type", "pattern", "content"}));
    TEMBLOR_ASSIGN_OR_RETURN(const JsonNode where, node.member("pattern"));
    TEMBLOR_ASSIGN_OR_RETURN(auto pattern, read_text_pattern(where));
    TEMBLOR_ASSIGN_OR_RETURN(const JsonNode content, node.member("content"));
    TEMBLOR_ASSIGN_OR_RETURN(const std::string_view text, content.string());
    return normalizer_of<ReplaceNormalizer>(std::move(pattern), std::string(text));
}

MadeNormalizer read_charsmap(const JsonNode& node) {
    TEMBLOR_RETURN_IF_ERROR(node.only({"type", "precompiled_charsmap"}));
    TEMBLOR_ASSIGN_OR_RETURN(const JsonNode map, node.member("precompiled_charsmap"));
    TEMBLOR_ASSIGN_OR_RETURN(const std::string_view text, map.string());
    const auto bytes = decode_base64(text);
    if (!bytes) return map.expected("base64");
    auto made = CharsmapNormalizer::create(*bytes);
    if (!made.is_ok()) {
        return std::move(made).status().with_context("field \"" + map.path() + "\"");
    }
    return made;
}

}  // namespace

MadeNormalizer read_normalizer(const JsonNode& node, int depth) {
    if (depth > kDeepestSequence) return node.expected("fewer sequences within each other");
    TEMBLOR_ASSIGN_OR_RETURN(const std::string_view type, read_type(node));
    if (type == "BertNormalizer") return read_bert_normalizer(node);
    if (type == "Strip") return read_strip_normalizer(node);
    if (type == "Prepend") return read_prepend_normalizer(node);
    if (type == "Replace") return read_replace_normalizer(node);
    if (type == "Precompiled") return read_charsmap(node);
    if (type == "Sequence") {
        TEMBLOR_RETURN_IF_ERROR(node.only({"type", "normalizers"}));
        TEMBLOR_ASSIGN_OR_RETURN(
            auto steps, (read_steps<TextNormalizer>(node, "normalizers", [&](const JsonNode& step) {
                return read_normalizer(step, depth + 1);
            })));
        return normalizer_of<NormalizerSequence>(std::move(steps));
    }
    std::unique_ptr<TextNormalizer> plain;
    if (type == "NFC") plain = normalizer_of<UnicodeFormNormalizer>(NormalForm::kNfc);
    if (type == "NFD") plain = normalizer_of<UnicodeFormNormalizer>(NormalForm::kNfd);
    if (type == "NFKC") plain = normalizer_of<UnicodeFormNormalizer>(NormalForm::kNfkc);
    if (type == "NFKD") plain = normalizer_of<UnicodeFormNormalizer>(NormalForm::kNfkd);
    if (type == "Lowercase") plain = normalizer_of<LowercaseNormalizer>();
    if (type == "StripAccents") plain = normalizer_of<StripAccentsNormalizer>();
    if (type == "Nmt") plain = normalizer_of<NmtNormalizer>();
    if (plain == nullptr) return node.unknown("normalizer", type);
    TEMBLOR_RETURN_IF_ERROR(node.only({"type"}));
    return plain;
}

}  // namespace temblor
