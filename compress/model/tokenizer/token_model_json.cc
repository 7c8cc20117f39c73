#include <fmt/format.h>

#include "compress/model/tokenizer/bpe_model.h"
#include "compress/model/tokenizer/tokenizer_parts.h"
#include "compress/model/tokenizer/unigram_model.h"
#include "compress/model/tokenizer/wordpiece_model.h"

namespace temblor {
namespace {

using MadeTokenModel = Result<std::unique_ptr<TokenModel>>;

Result<TokenTable> read_vocabulary_object(const JsonNode& model) {
    TEMBLOR_ASSIGN_OR_RETURN(const JsonNode vocab, model.member("vocab"));
    simdjson::dom::object object;
    if (vocab.element().get(object) != simdjson::SUCCESS) {
        return vocab.expected("an object from tokens to ids");
    }
    TokenTable tokens;
    for (const auto field : object) {
        uint64_t id = 0;
        if (field.value.get(id) != simdjson::SUCCESS || id >= TokenTable::kMostTokens ||
            !tokens.add(field.key, static_cast<uint32_t>(id))) {
            return Status::invalid_argument(
                fmt::format("field \"{}\": token \"{}\": expected an id of its own below {}",
                            vocab.path(), field.key, TokenTable::kMostTokens));
        }
    }
    return tokens;
}

Status bad_merge(const JsonNode& merges, size_t place) {
    return Status::invalid_argument(fmt::format(
        "field \"{}[{}]\": expected two tokens with a space between", merges.path(), place));
}

Result<std::vector<BpeModel::Merge>> read_merges(const JsonNode& model) {
    TEMBLOR_ASSIGN_OR_RETURN(const JsonNode member, model.member("merges"));
    simdjson::dom::array rules;
    if (member.element().get(rules) != simdjson::SUCCESS) return member.expected("an array");
    std::vector<BpeModel::Merge> merges;
    merges.reserve(rules.size());
    size_t place = 0;
    for (const auto rule : rules) {
        std::string_view text;
        simdjson::dom::array pair;
        BpeModel::Merge merge;
        if (rule.get(text) == simdjson::SUCCESS) {
            const size_t space = text.find(' ');
            if (text.starts_with("#version")) {
                ++place;
                continue;
            }
            if (space == std::string_view::npos ||
                text.find(' ', space + 1) != std::string_view::npos) {
                return bad_merge(member, place);
            }
            merge = {text.substr(0, space), text.substr(space + 1)};
        } else if (rule.get(pair) != simdjson::SUCCESS || pair.size() != 2 ||
                   pair.at(0).get(merge.first) != simdjson::SUCCESS ||
                   pair.at(1).get(merge.second) != simdjson::SUCCESS) {
            return bad_merge(member, place);
        }
        merges.push_back(merge);
        ++place;
    }
    return merges;
}

MadeTokenModel read_bpe(const JsonNode& node, bool byte_level) {
    TEMBLOR_RETURN_IF_ERROR(node.only({"type", "dropout", "unk_token", "continuing_subword_prefix",
                                       "end_of_word_suffix", "fuse_unk", "byte_fallback",
                                       "ignore_merges", "vocab", "merges"}));
    if (const auto dropout = node.find("dropout")) {
        TEMBLOR_ASSIGN_OR_RETURN(const double share, dropout->number());
        if (share != 0) return dropout->expected("null or 0");
    }
    BpeOptions options;
    options.byte_level = byte_level;
    if (const auto unknown = node.find("unk_token")) {
        TEMBLOR_ASSIGN_OR_RETURN(const std::string_view name, unknown->string());
        options.unknown = name;
    }
    TEMBLOR_ASSIGN_OR_RETURN(options.continuation, node.string_or("continuing_subword_prefix", ""));
    TEMBLOR_ASSIGN_OR_RETURN(options.end_of_word, node.string_or("end_of_word_suffix", ""));
    TEMBLOR_ASSIGN_OR_RETURN(options.fuse_unknown, node.boolean_or("fuse_unk", false));
    TEMBLOR_ASSIGN_OR_RETURN(options.byte_fallback, node.boolean_or("byte_fallback", false));
    TEMBLOR_ASSIGN_OR_RETURN(options.ignore_merges, node.boolean_or("ignore_merges", false));
    TEMBLOR_ASSIGN_OR_RETURN(TokenTable tokens, read_vocabulary_object(node));
    TEMBLOR_ASSIGN_OR_RETURN(const auto merges, read_merges(node));
    return BpeModel::create(std::move(tokens), merges, std::move(options));
}

MadeTokenModel read_wordpiece(const JsonNode& node) {
    TEMBLOR_RETURN_IF_ERROR(node.only(
        {"type", "unk_token", "continuing_subword_prefix", "max_input_chars_per_word", "vocab"}));
    TEMBLOR_ASSIGN_OR_RETURN(const std::string unknown, node.string_or("unk_token", "[UNK]"));
    TEMBLOR_ASSIGN_OR_RETURN(const std::string continuation,
                             node.string_or("continuing_subword_prefix", "##"));
    uint64_t most = 100;
    if (const auto member = node.find("max_input_chars_per_word")) {
        TEMBLOR_ASSIGN_OR_RETURN(most, member->integer(kMaxTokenizedBytes));
    }
    TEMBLOR_ASSIGN_OR_RETURN(TokenTable tokens, read_vocabulary_object(node));
    return WordPieceModel::create(std::move(tokens), unknown, continuation, most);
}

MadeTokenModel read_unigram(const JsonNode& node) {
    TEMBLOR_RETURN_IF_ERROR(node.only({"type", "unk_id", "vocab", "byte_fallback"}));
    std::optional<uint32_t> unknown;
    if (const auto member = node.find("unk_id")) {
        TEMBLOR_ASSIGN_OR_RETURN(const uint64_t id, member->integer(TokenTable::kMostTokens));
        unknown = static_cast<uint32_t>(id);
    }
    TEMBLOR_ASSIGN_OR_RETURN(const bool byte_fallback, node.boolean_or("byte_fallback", false));
    TEMBLOR_ASSIGN_OR_RETURN(const JsonNode vocab, node.member("vocab"));
    simdjson::dom::array entries;
    if (vocab.element().get(entries) != simdjson::SUCCESS) return vocab.expected("an array");
    TokenTable tokens;
    std::vector<double> scores;
    for (const auto entry : entries) {
        std::string_view text;
        double score = 0;
        simdjson::dom::array pair;
        if (entry.get(pair) != simdjson::SUCCESS || pair.size() != 2 ||
            pair.at(0).get(text) != simdjson::SUCCESS ||
            pair.at(1).get(score) != simdjson::SUCCESS ||
            scores.size() >= TokenTable::kMostTokens) {
            return Status::invalid_argument(fmt::format(
                "field \"{}[{}]\": expected a token and its score", vocab.path(), scores.size()));
        }
        tokens.add(text, static_cast<uint32_t>(scores.size()));
        scores.push_back(score);
    }
    return UnigramModel::create(std::move(tokens), std::move(scores), unknown, byte_fallback);
}

}  // namespace

MadeTokenModel read_token_model(const JsonNode& node, bool byte_level) {
    // Files of old have no type.
    TEMBLOR_ASSIGN_OR_RETURN(const std::string type,
                             node.string_or("type", node.find("merges") ? "BPE" : "WordPiece"));
    if (type == "BPE") return read_bpe(node, byte_level);
    if (type == "WordPiece") return read_wordpiece(node);
    if (type == "Unigram") return read_unigram(node);
    return node.unknown("model", type);
}

}  // namespace temblor
