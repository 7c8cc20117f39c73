#include <algorithm>

#include <fmt/format.h>

#include "compress/model/tokenizer/tokenizer_parts.h"

namespace temblor {
namespace {

using Piece = PostProcessor::Piece;

constexpr uint64_t kMostTypeId = 255;

// What a template has for each name: the ids it stands for.
Result<std::vector<uint32_t>> read_template_ids(const JsonNode& names, std::string_view name) {
    TEMBLOR_ASSIGN_OR_RETURN(const JsonNode entry, names.member(name));
    TEMBLOR_RETURN_IF_ERROR(entry.only({"id", "ids", "tokens"}));
    TEMBLOR_ASSIGN_OR_RETURN(const JsonNode member, entry.member("ids"));
    TEMBLOR_ASSIGN_OR_RETURN(const auto nodes, member.elements());
    std::vector<uint32_t> ids;
    for (const JsonNode& node : nodes) {
        TEMBLOR_ASSIGN_OR_RETURN(const uint64_t id, node.integer(TokenTable::kMostTokens));
        ids.push_back(static_cast<uint32_t>(id));
    }
    return ids;
}

Result<uint8_t> read_type_id(const JsonNode& node) {
    TEMBLOR_ASSIGN_OR_RETURN(const JsonNode member, node.member("type_id"));
    TEMBLOR_ASSIGN_OR_RETURN(const uint64_t type, member.integer(kMostTypeId));
    return static_cast<uint8_t>(type);
}

Result<std::vector<Piece>> read_template(const JsonNode& node, std::string_view name,
                                         bool of_pair) {
    TEMBLOR_ASSIGN_OR_RETURN(const JsonNode names, node.member("special_tokens"));
    TEMBLOR_ASSIGN_OR_RETURN(const JsonNode member, node.member(name));
    TEMBLOR_ASSIGN_OR_RETURN(const auto nodes, member.elements());
    std::vector<Piece> pieces;
    for (const JsonNode& entry : nodes) {
        TEMBLOR_RETURN_IF_ERROR(entry.only({"SpecialToken", "Sequence"}));
        const auto special = entry.find("SpecialToken");
        const auto sequence = entry.find("Sequence");
        if (special.has_value() == sequence.has_value()) {
            return entry.expected("a SpecialToken or a Sequence");
        }
        const JsonNode& inner = special ? *special : *sequence;
        TEMBLOR_RETURN_IF_ERROR(inner.only({"id", "type_id"}));
        TEMBLOR_ASSIGN_OR_RETURN(const JsonNode id, inner.member("id"));
        TEMBLOR_ASSIGN_OR_RETURN(const std::string_view text, id.string());
        Piece piece;
        TEMBLOR_ASSIGN_OR_RETURN(piece.type_id, read_type_id(inner));
        if (special) {
            piece.kind = Piece::Kind::kTokens;
            TEMBLOR_ASSIGN_OR_RETURN(piece.ids, read_template_ids(names, text));
        } else if (text == "B" && of_pair) {
            piece.kind = Piece::Kind::kSecond;
        } else if (text != "A") {
            return id.expected(of_pair ? "\"A\" or \"B\"" : "\"A\"");
        }
        pieces.push_back(std::move(piece));
    }
    return pieces;
}

Status read_template_processing(const JsonNode& node, PostProcessor& out) {
    TEMBLOR_RETURN_IF_ERROR(node.only({"type", "single", "pair", "special_tokens"}));
    TEMBLOR_ASSIGN_OR_RETURN(out.single, read_template(node, "single", false));
    TEMBLOR_ASSIGN_OR_RETURN(out.pair, read_template(node, "pair", true));
    return {};
}

// ["[SEP]", 102]
Result<uint32_t> read_named_id(const JsonNode& node, std::string_view name) {
    TEMBLOR_ASSIGN_OR_RETURN(const JsonNode member, node.member(name));
    TEMBLOR_ASSIGN_OR_RETURN(const auto pair, member.elements());
    if (pair.size() != 2) return member.expected("a token and its id");
    TEMBLOR_ASSIGN_OR_RETURN(const uint64_t id, pair[1].integer(TokenTable::kMostTokens));
    return static_cast<uint32_t>(id);
}

Status read_bert_processing(const JsonNode& node, bool roberta, PostProcessor& out) {
    if (roberta) {
        TEMBLOR_RETURN_IF_ERROR(
            node.only({"type", "sep", "cls", "trim_offsets", "add_prefix_space"}));
        TEMBLOR_ASSIGN_OR_RETURN(out.trim_offsets, node.boolean_or("trim_offsets", true));
        TEMBLOR_ASSIGN_OR_RETURN(out.add_prefix_space, node.boolean_or("add_prefix_space", true));
    } else {
        TEMBLOR_RETURN_IF_ERROR(node.only({"type", "sep", "cls"}));
    }
    TEMBLOR_ASSIGN_OR_RETURN(const uint32_t cls, read_named_id(node, "cls"));
    TEMBLOR_ASSIGN_OR_RETURN(const uint32_t sep, read_named_id(node, "sep"));
    const uint8_t second_type = roberta ? 0 : 1;
    const Piece begin{Piece::Kind::kTokens, 0, {cls}};
    const Piece end{Piece::Kind::kTokens, 0, {sep}};
    const Piece second_end{Piece::Kind::kTokens, second_type, {sep}};
    out.single = {begin, {Piece::Kind::kFirst, 0, {}}, end};
    out.pair = out.single;
    if (roberta) out.pair.push_back(end);
    out.pair.push_back({Piece::Kind::kSecond, second_type, {}});
    out.pair.push_back(second_end);
    return {};
}

Status read_byte_level_processing(const JsonNode& node, PostProcessor& out) {
    TEMBLOR_RETURN_IF_ERROR(node.only({"type", "add_prefix_space", "trim_offsets", "use_regex"}));
    TEMBLOR_ASSIGN_OR_RETURN(out.trim_offsets, node.boolean_or("trim_offsets", true));
    TEMBLOR_ASSIGN_OR_RETURN(out.add_prefix_space, node.boolean_or("add_prefix_space", true));
    return {};
}

// A sequence may have one template and one ByteLevel, and that is all there is to have.
Status read_processing_step(const JsonNode& node, bool within, bool& has_template,
                            PostProcessor& out) {
    TEMBLOR_ASSIGN_OR_RETURN(const std::string_view type, read_type(node));
    if (type == "ByteLevel") return read_byte_level_processing(node, out);
    if (type == "Sequence" && !within) {
        TEMBLOR_RETURN_IF_ERROR(node.only({"type", "processors"}));
        TEMBLOR_ASSIGN_OR_RETURN(const JsonNode member, node.member("processors"));
        TEMBLOR_ASSIGN_OR_RETURN(const auto steps, member.elements());
        for (const JsonNode& step : steps) {
            TEMBLOR_RETURN_IF_ERROR(read_processing_step(step, true, has_template, out));
        }
        return {};
    }
    if (has_template) return node.expected("one template in a sequence");
    has_template = true;
    if (type == "TemplateProcessing") return read_template_processing(node, out);
    if (type == "BertProcessing") return read_bert_processing(node, false, out);
    if (type == "RobertaProcessing") return read_bert_processing(node, true, out);
    return node.unknown("post-processor", type);
}

}  // namespace

Result<PostProcessor> read_post_processor(const JsonNode& node) {
    PostProcessor made;
    bool has_template = false;
    TEMBLOR_RETURN_IF_ERROR(read_processing_step(node, false, has_template, made));
    return made;
}

}  // namespace temblor
