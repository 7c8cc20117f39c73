#include "compress/model/tokenizer/special_token_names.h"

#include <filesystem>
#include <initializer_list>

#include "compress/model/tokenizer/json_node.h"
#include "data/text/small_file.h"

namespace temblor {
namespace {

constexpr double kNoLimit = 1e15;

// A string, or an object with the member "content".
Status read_token_name(const JsonNode& root, std::string_view name,
                       std::optional<std::string>& out) {
    auto node = root.find(name);
    if (!node) return {};
    if (node->is_object()) {
        TEMBLOR_ASSIGN_OR_RETURN(JsonNode content, node->member("content"));
        node = std::move(content);
    }
    TEMBLOR_ASSIGN_OR_RETURN(const std::string_view text, node->string());
    out = std::string(text);
    return {};
}

Status read_flag(const JsonNode& root, std::string_view name, std::optional<bool>& out) {
    const auto node = root.find(name);
    if (!node) return {};
    TEMBLOR_ASSIGN_OR_RETURN(out, node->boolean());
    return {};
}

Status read_token_names(const JsonNode& root, TokenizerConfig& config) {
    TEMBLOR_RETURN_IF_ERROR(read_token_name(root, "bos_token", config.bos));
    TEMBLOR_RETURN_IF_ERROR(read_token_name(root, "eos_token", config.eos));
    TEMBLOR_RETURN_IF_ERROR(read_token_name(root, "unk_token", config.unk));
    TEMBLOR_RETURN_IF_ERROR(read_token_name(root, "sep_token", config.sep));
    TEMBLOR_RETURN_IF_ERROR(read_token_name(root, "pad_token", config.pad));
    TEMBLOR_RETURN_IF_ERROR(read_token_name(root, "cls_token", config.cls));
    return read_token_name(root, "mask_token", config.mask);
}

// A string, or named ones, of which "default" is taken.
Status read_chat_template(const JsonNode& root, TokenizerConfig& config) {
    const auto node = root.find("chat_template");
    if (!node) return {};
    if (!node->is_array()) {
        TEMBLOR_ASSIGN_OR_RETURN(const std::string_view text, node->string());
        config.chat_template = std::string(text);
        return {};
    }
    TEMBLOR_ASSIGN_OR_RETURN(const auto entries, node->elements());
    for (const JsonNode& entry : entries) {
        TEMBLOR_ASSIGN_OR_RETURN(const std::string name, entry.string_or("name", ""));
        if (name != "default") continue;
        TEMBLOR_ASSIGN_OR_RETURN(config.chat_template, entry.string_or("template", ""));
    }
    return {};
}

Status read_config_members(const JsonNode& root, TokenizerConfig& config) {
    if (!root.is_object()) return root.expected("an object");
    TEMBLOR_RETURN_IF_ERROR(read_token_names(root, config));
    TEMBLOR_RETURN_IF_ERROR(read_flag(root, "add_bos_token", config.add_bos_token));
    TEMBLOR_RETURN_IF_ERROR(read_flag(root, "add_eos_token", config.add_eos_token));
    TEMBLOR_RETURN_IF_ERROR(read_flag(root, "do_lower_case", config.do_lower_case));
    TEMBLOR_RETURN_IF_ERROR(read_token_name(root, "tokenizer_class", config.tokenizer_class));
    if (const auto node = root.find("model_max_length")) {
        TEMBLOR_ASSIGN_OR_RETURN(const double most, node->number());
        if (most >= 1 && most < kNoLimit) config.model_max_length = static_cast<size_t>(most);
    }
    return read_chat_template(root, config);
}

// Calls `read` with the root of a file, if it is there.
template <typename Read>
Status read_if_there(const std::string& path, Read read) {
    std::error_code code;
    if (!std::filesystem::exists(path, code)) return {};
    TEMBLOR_ASSIGN_OR_RETURN(const std::string content, read_small_file(path));
    simdjson::dom::parser parser;
    auto root = parse_json_file(parser, content);
    if (!root.is_ok()) return std::move(root).status().with_context(path);
    return read(*root).with_context(path);
}

std::optional<uint32_t> special_id(const Tokenizer& tokenizer,
                                   const std::optional<std::string>& named,
                                   std::initializer_list<std::string_view> usual) {
    if (named) return tokenizer.find(*named);
    for (const std::string_view name : usual) {
        const auto id = tokenizer.find(name);
        if (id && tokenizer.is_special(*id)) return id;
    }
    return std::nullopt;
}

}  // namespace

Result<TokenizerConfig> read_tokenizer_config(const std::string& folder) {
    TokenizerConfig config;
    TEMBLOR_RETURN_IF_ERROR(
        read_if_there(folder + "/tokenizer_config.json",
                      [&](const JsonNode& root) { return read_config_members(root, config); }));
    TEMBLOR_RETURN_IF_ERROR(
        read_if_there(folder + "/special_tokens_map.json",
                      [&](const JsonNode& root) { return read_token_names(root, config); }));
    // Newer folders keep the template in a file of its own.
    const std::string jinja = folder + "/chat_template.jinja";
    std::error_code code;
    if (std::filesystem::exists(jinja, code)) {
        TEMBLOR_ASSIGN_OR_RETURN(config.chat_template, read_small_file(jinja));
    }
    return config;
}

SpecialTokens find_special_tokens(const Tokenizer& tokenizer, const TokenizerConfig& config) {
    SpecialTokens found;
    found.bos = special_id(tokenizer, config.bos, {"<s>", "<|begin_of_text|>"});
    found.eos = special_id(tokenizer, config.eos, {"</s>", "<|end_of_text|>", "<|endoftext|>"});
    found.unk = special_id(tokenizer, config.unk, {"<unk>", "[UNK]"});
    found.sep = special_id(tokenizer, config.sep, {"[SEP]"});
    found.pad = special_id(tokenizer, config.pad, {"<pad>", "[PAD]"});
    found.cls = special_id(tokenizer, config.cls, {"[CLS]"});
    found.mask = special_id(tokenizer, config.mask, {"<mask>", "[MASK]"});
    return found;
}

}  // namespace temblor
