#include "compress/model/tokenizer/vocabulary_files.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "compress/model/tokenizer/bpe_model.h"
#include "compress/model/tokenizer/wordpiece_model.h"

namespace temblor {
namespace {

using Piece = PostProcessor::Piece;

constexpr std::array<std::string_view, 5> kBertSpecials = {"[PAD]", "[UNK]", "[CLS]", "[SEP]",
                                                           "[MASK]"};

std::string_view take_line(std::string_view& rest) {
    const size_t end = rest.find('\n');
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

bool has_capital(std::string_view token) {
    return !token.starts_with('[') &&
           std::any_of(token.begin(), token.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

AddedToken special_token(std::string_view content, uint32_t id) {
    AddedToken token;
    token.content = content;
    token.id = id;
    token.normalized = false;
    token.special = true;
    return token;
}

// Sep and cls around the texts; RoBERTa's has two between a pair.
void wrap_texts(PostProcessor& out, uint32_t begin, uint32_t end, bool roberta) {
    const uint8_t second = roberta ? 0 : 1;
    const Piece begin_piece{Piece::Kind::kTokens, 0, {begin}};
    const Piece end_piece{Piece::Kind::kTokens, 0, {end}};
    out.single = {begin_piece, {Piece::Kind::kFirst, 0, {}}, end_piece};
    out.pair = out.single;
    if (roberta) out.pair.push_back(end_piece);
    out.pair.push_back({Piece::Kind::kSecond, second, {}});
    out.pair.push_back({Piece::Kind::kTokens, second, {end}});
}

Result<TokenTable> read_json_vocabulary(std::string_view content) {
    simdjson::dom::parser parser;
    TEMBLOR_ASSIGN_OR_RETURN(const JsonNode root, parse_json_file(parser, content));
    simdjson::dom::object object;
    if (root.element().get(object) != simdjson::SUCCESS) return root.expected("an object");
    TokenTable tokens;
    for (const auto field : object) {
        uint64_t id = 0;
        if (field.value.get(id) != simdjson::SUCCESS || id >= TokenTable::kMostTokens ||
            !tokens.add(field.key, static_cast<uint32_t>(id))) {
            return Status::invalid_argument(
                fmt::format("token \"{}\": expected an id of its own below {}", field.key,
                            TokenTable::kMostTokens));
        }
    }
    return tokens;
}

Result<std::vector<BpeModel::Merge>> read_merge_lines(std::string_view content) {
    std::vector<BpeModel::Merge> merges;
    for (size_t number = 1; !content.empty(); ++number) {
        const std::string_view line = take_line(content);
        if (line.empty() || line.starts_with("#version")) continue;
        const size_t space = line.find(' ');
        if (space == std::string_view::npos ||
            line.find(' ', space + 1) != std::string_view::npos) {
            return Status::invalid_argument(fmt::format(
                "merges.txt: line {}: expected two tokens with a space between", number));
        }
        merges.emplace_back(line.substr(0, space), line.substr(space + 1));
    }
    return merges;
}

}  // namespace

Result<TokenizerParts> read_bert_vocabulary(std::string_view content,
                                            const TokenizerConfig& config) {
    TokenTable tokens;
    bool cased = false;
    for (uint32_t id = 0; !content.empty(); ++id) {
        const std::string_view line = take_line(content);
        if (line.empty() || id >= TokenTable::kMostTokens) {
            return Status::invalid_argument(
                fmt::format("line {}: expected a token, found an empty line", id + 1));
        }
        if (tokens.find(line)) {
            return Status::invalid_argument(
                fmt::format("line {}: token \"{}\" stands in line {} too", id + 1, line,
                            *tokens.find(line) + 1));
        }
        cased = cased || has_capital(line);
        tokens.add(line, id);
    }
    const auto cls = tokens.find("[CLS]");
    const auto sep = tokens.find("[SEP]");
    if (!cls || !sep) return Status::invalid_argument("expected the tokens [CLS] and [SEP]");
    TokenizerParts parts;
    BertNormalizerOptions options;
    options.lowercase = options.strip_accents = config.do_lower_case.value_or(!cased);
    parts.normalizer = std::make_unique<BertNormalizer>(options);
    parts.pre_tokenizer = make_bert_pre_tokenizer();
    parts.decoder = make_wordpiece_decoder("##", true);
    wrap_texts(parts.post_processor, *cls, *sep, false);
    std::vector<AddedToken> added;
    for (const std::string_view name : kBertSpecials) {
        if (const auto id = tokens.find(name)) added.push_back(special_token(name, *id));
    }
    TEMBLOR_ASSIGN_OR_RETURN(parts.added, AddedTokens::create(std::move(added), nullptr));
    TEMBLOR_ASSIGN_OR_RETURN(parts.model,
                             WordPieceModel::create(std::move(tokens), "[UNK]", "##", 100));
    return parts;
}

Result<TokenizerParts> read_gpt2_files(std::string_view vocabulary, std::string_view merges,
                                       const TokenizerConfig& config) {
    auto tokens = read_json_vocabulary(vocabulary);
    if (!tokens.is_ok()) return std::move(tokens).status().with_context("vocab.json");
    TEMBLOR_ASSIGN_OR_RETURN(const auto rules, read_merge_lines(merges));
    TokenizerParts parts;
    std::vector<AddedToken> added;
    const auto add = [&](const std::optional<std::string>& name) {
        const auto id = name ? tokens->find(*name) : std::nullopt;
        const bool known = id && std::any_of(added.begin(), added.end(),
                                             [&](const auto& token) { return token.id == *id; });
        if (id && !known) added.push_back(special_token(*name, *id));
    };
    for (const auto* name : {&config.bos, &config.eos, &config.unk, &config.sep, &config.pad,
                             &config.cls, &config.mask}) {
        add(*name);
    }
    add("<|endoftext|>");
    const bool roberta = config.tokenizer_class && config.tokenizer_class->starts_with("Roberta");
    const auto begin = tokens->find(config.cls.value_or("<s>"));
    const auto end = tokens->find(config.sep.value_or("</s>"));
    if (roberta && begin && end) wrap_texts(parts.post_processor, *begin, *end, true);
    parts.post_processor.trim_offsets = roberta;
    TEMBLOR_ASSIGN_OR_RETURN(parts.added, AddedTokens::create(std::move(added), nullptr));
    BpeOptions options;
    options.byte_level = true;
    TEMBLOR_ASSIGN_OR_RETURN(parts.model,
                             BpeModel::create(std::move(tokens).value(), rules, options));
    parts.pre_tokenizer = make_byte_level_pre_tokenizer(false, true, !parts.model->takes_bytes());
    parts.decoder = make_byte_level_decoder();
    return parts;
}

}  // namespace temblor
