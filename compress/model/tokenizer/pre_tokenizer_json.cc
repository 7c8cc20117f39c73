#include "compress/model/tokenizer/tokenizer_parts.h"

namespace temblor {
namespace {

using MadePreTokenizer = Result<std::unique_ptr<PreTokenizer>>;

Result<SplitBehavior> read_split_behavior(const JsonNode& node) {
    const auto member = node.find("behavior");
    if (!member) return SplitBehavior::kIsolated;
    TEMBLOR_ASSIGN_OR_RETURN(const std::string_view name, member->string());
    if (name == "Removed") return SplitBehavior::kRemoved;
    if (name == "Isolated") return SplitBehavior::kIsolated;
    if (name == "MergedWithPrevious") return SplitBehavior::kMergedWithPrevious;
    if (name == "MergedWithNext") return SplitBehavior::kMergedWithNext;
    if (name == "Contiguous") return SplitBehavior::kContiguous;
    return member->expected(
        "\"Removed\", \"Isolated\", \"MergedWithPrevious\", \"MergedWithNext\" or "
        "\"Contiguous\"");
}

MadePreTokenizer read_split(const JsonNode& node) {
    TEMBLOR_RETURN_IF_ERROR(node.only({"type", "pattern", "behavior", "invert"}));
    TEMBLOR_ASSIGN_OR_RETURN(const JsonNode where, node.member("pattern"));
    TEMBLOR_ASSIGN_OR_RETURN(auto pattern, read_text_pattern(where));
    Result<SplitBehavior> behavior = read_split_behavior(node);
    if (!behavior.is_ok()) return std::move(behavior).status();
    TEMBLOR_ASSIGN_OR_RETURN(const bool invert, node.boolean_or("invert", false));
    return make_split_pre_tokenizer(std::move(pattern), *behavior, invert);
}

MadePreTokenizer read_metaspace(const JsonNode& node) {
    TEMBLOR_RETURN_IF_ERROR(node.only(
        {"type", "replacement", "add_prefix_space", "prepend_scheme", "split", "str_rep"}));
    TEMBLOR_ASSIGN_OR_RETURN(auto replacement, read_metaspace_replacement(node));
    Result<PrependScheme> scheme = read_prepend_scheme(node);
    if (!scheme.is_ok()) return std::move(scheme).status();
    TEMBLOR_ASSIGN_OR_RETURN(const bool split, node.boolean_or("split", true));
    return make_metaspace_pre_tokenizer(std::move(replacement), *scheme, split);
}

MadePreTokenizer read_byte_level(const JsonNode& node, bool map_bytes) {
    TEMBLOR_RETURN_IF_ERROR(node.only({"type", "add_prefix_space", "trim_offsets", "use_regex"}));
    TEMBLOR_ASSIGN_OR_RETURN(const bool prefix, node.boolean_or("add_prefix_space", true));
    TEMBLOR_ASSIGN_OR_RETURN(const bool use_regex, node.boolean_or("use_regex", true));
    return make_byte_level_pre_tokenizer(prefix, use_regex, map_bytes);
}

// How many steps of type ByteLevel there are, and whether the last step is one.
void count_byte_levels(const JsonNode& node, int depth, size_t& count, bool& last) {
    const auto type = read_type(node);
    if (!type.is_ok() || depth > kDeepestSequence) return;
    last = *type == "ByteLevel";
    if (last) ++count;
    if (*type != "Sequence") return;
    const auto member = node.find("pretokenizers");
    if (!member) return;
    const auto steps = member->elements();
    if (!steps.is_ok()) return;
    for (const JsonNode& step : *steps) count_byte_levels(step, depth + 1, count, last);
}

}  // namespace

Result<std::string> read_metaspace_replacement(const JsonNode& metaspace) {
    TEMBLOR_ASSIGN_OR_RETURN(const JsonNode member, metaspace.member("replacement"));
    TEMBLOR_ASSIGN_OR_RETURN(const std::string_view text, member.string());
    if (text.empty() || character_bytes(text[0]) != text.size()) {
        return member.expected("one character");
    }
    return std::string(text);
}

Result<PrependScheme> read_prepend_scheme(const JsonNode& metaspace) {
    TEMBLOR_ASSIGN_OR_RETURN(const bool prefix, metaspace.boolean_or("add_prefix_space", true));
    const auto member = metaspace.find("prepend_scheme");
    if (!member) return prefix ? PrependScheme::kAlways : PrependScheme::kNever;
    TEMBLOR_ASSIGN_OR_RETURN(const std::string_view name, member->string());
    if (!prefix && name != "never") {
        return member->expected("\"never\", as \"add_prefix_space\" is false");
    }
    if (name == "always") return PrependScheme::kAlways;
    if (name == "first") return PrependScheme::kFirst;
    if (name == "never") return PrependScheme::kNever;
    return member->expected("\"always\", \"first\" or \"never\"");
}

Result<std::unique_ptr<TextPattern>> read_text_pattern(const JsonNode& node) {
    TEMBLOR_RETURN_IF_ERROR(node.only({"String", "Regex"}));
    if (const auto text = node.find("String")) {
        TEMBLOR_ASSIGN_OR_RETURN(const std::string_view literal, text->string());
        return TextPattern::of_string(std::string(literal));
    }
    TEMBLOR_ASSIGN_OR_RETURN(const JsonNode member, node.member("Regex"));
    TEMBLOR_ASSIGN_OR_RETURN(const std::string_view expression, member.string());
    auto made = TextPattern::of_regex(expression);
    if (!made.is_ok()) {
        return std::move(made).status().with_context("field \"" + member.path() + "\"");
    }
    return made;
}

bool ends_in_byte_level(const JsonNode& pre_tokenizer) {
    size_t count = 0;
    bool last = false;
    count_byte_levels(pre_tokenizer, 0, count, last);
    return count == 1 && last;
}

MadePreTokenizer read_pre_tokenizer(const JsonNode& node, bool map_bytes, int depth) {
    if (depth > kDeepestSequence) return node.expected("fewer sequences within each other");
    TEMBLOR_ASSIGN_OR_RETURN(const std::string_view type, read_type(node));
    if (type == "Split") return read_split(node);
    if (type == "Metaspace") return read_metaspace(node);
    if (type == "ByteLevel") return read_byte_level(node, map_bytes);
    if (type == "Sequence") {
        TEMBLOR_RETURN_IF_ERROR(node.only({"type", "pretokenizers"}));
        TEMBLOR_ASSIGN_OR_RETURN(
            auto steps, (read_steps<PreTokenizer>(node, "pretokenizers", [&](const JsonNode& step) {
                return read_pre_tokenizer(step, map_bytes, depth + 1);
            })));
        return make_pre_tokenizer_sequence(std::move(steps));
    }
    if (type == "Digits") {
        TEMBLOR_RETURN_IF_ERROR(node.only({"type", "individual_digits"}));
        TEMBLOR_ASSIGN_OR_RETURN(const bool single, node.boolean_or("individual_digits", false));
        return make_digits_pre_tokenizer(single);
    }
    if (type == "Punctuation") {
        TEMBLOR_RETURN_IF_ERROR(node.only({"type", "behavior"}));
        Result<SplitBehavior> behavior = read_split_behavior(node);
        if (!behavior.is_ok()) return std::move(behavior).status();
        return make_punctuation_pre_tokenizer(*behavior);
    }
    std::unique_ptr<PreTokenizer> plain;
    if (type == "BertPreTokenizer") plain = make_bert_pre_tokenizer();
    if (type == "Whitespace") plain = make_whitespace_pre_tokenizer();
    if (type == "WhitespaceSplit") plain = make_whitespace_split();
    if (plain == nullptr) return node.unknown("pre-tokenizer", type);
    TEMBLOR_RETURN_IF_ERROR(node.only({"type"}));
    return plain;
}

}  // namespace temblor
