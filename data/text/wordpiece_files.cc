#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <simdjson.h>

#include "data/text/small_file.h"
#include "data/text/wordpiece.h"

namespace temblor {
namespace {

// simdjson counts an object's fields up to 2^24 - 1 and stops there.
constexpr uint64_t kMaxTokens = (uint64_t{1} << 24) - 2;

bool looks_cased(const std::vector<std::string>& tokens) {
    return std::any_of(tokens.begin(), tokens.end(), [](const std::string& token) {
        return !token.starts_with('[') &&
               std::any_of(token.begin(), token.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
    });
}

Result<std::unique_ptr<WordPiece>> from_lines(std::string_view content) {
    std::vector<std::string> tokens;
    while (!content.empty()) {
        const size_t end = content.find('\n');
        std::string_view line = content.substr(0, end);
        content.remove_prefix(end == std::string_view::npos ? content.size() : end + 1);
        if (line.ends_with('\r')) line.remove_suffix(1);
        tokens.emplace_back(line);
        if (line.empty()) {
            return Status::invalid_argument(
                fmt::format("line {}: expected a token, found an empty line", tokens.size()));
        }
    }
    WordPieceOptions options;
    options.lower_case = options.strip_accents = !looks_cased(tokens);
    TEMBLOR_ASSIGN_OR_RETURN(Vocabulary vocabulary, Vocabulary::from_tokens(tokens));
    return WordPiece::create(std::move(options), std::move(vocabulary));
}

Status read_vocabulary(simdjson::dom::object vocab, std::vector<std::string>& tokens) {
    if (vocab.size() > kMaxTokens) {
        return Status::resource_exhausted(
            fmt::format("field \"model.vocab\": more than {} tokens", kMaxTokens));
    }
    tokens.resize(vocab.size());
    std::vector<bool> seen(tokens.size());
    for (const auto field : vocab) {
        uint64_t id = 0;
        if (field.value.get(id) != simdjson::SUCCESS || id >= tokens.size() || seen[id]) {
            return Status::invalid_argument(fmt::format(
                "field \"model.vocab\": token \"{}\": expected an id of its own below {}",
                field.key, tokens.size()));
        }
        seen[id] = true;
        tokens[id] = field.key;
    }
    return {};
}

// Absent and null leave `out` as it is.
template <typename T>
Status read_optional(simdjson::dom::element object, std::string_view name, T& out) {
    simdjson::dom::element value;
    if (object[name].get(value) != simdjson::SUCCESS || value.is_null()) return {};
    T read{};
    if (value.get(read) != simdjson::SUCCESS) {
        return Status::invalid_argument(fmt::format("field \"{}\": wrong type", name));
    }
    out = read;
    return {};
}

Result<std::unique_ptr<WordPiece>> from_json(std::string_view content) {
    simdjson::dom::parser parser;
    simdjson::dom::element root;
    const auto code = parser.parse(content.data(), content.size()).get(root);
    if (code != simdjson::SUCCESS) {
        return Status::invalid_argument(fmt::format("not JSON: {}", simdjson::error_message(code)));
    }
    simdjson::dom::object vocab;
    simdjson::dom::element model;
    if (root["model"].get(model) != simdjson::SUCCESS ||
        model["vocab"].get(vocab) != simdjson::SUCCESS) {
        return Status::invalid_argument(
            "field \"model.vocab\": expected an object from tokens to ids (a WordPiece "
            "tokenizer.json)");
    }
    std::string_view type = "WordPiece";
    TEMBLOR_RETURN_IF_ERROR(read_optional(model, "type", type));
    if (type != "WordPiece") {
        return Status::unimplemented(
            fmt::format("field \"model.type\": expected \"WordPiece\", found \"{}\"", type));
    }
    WordPieceOptions options;
    std::string_view unknown = options.unknown;
    std::string_view continuation = options.continuation;
    TEMBLOR_RETURN_IF_ERROR(read_optional(model, "unk_token", unknown));
    TEMBLOR_RETURN_IF_ERROR(read_optional(model, "continuing_subword_prefix", continuation));
    TEMBLOR_RETURN_IF_ERROR(
        read_optional(model, "max_input_chars_per_word", options.max_word_characters));
    simdjson::dom::element normalizer;
    if (root["normalizer"].get(normalizer) == simdjson::SUCCESS && normalizer.is_object()) {
        TEMBLOR_RETURN_IF_ERROR(read_optional(normalizer, "lowercase", options.lower_case));
        options.strip_accents = options.lower_case;
        TEMBLOR_RETURN_IF_ERROR(read_optional(normalizer, "strip_accents", options.strip_accents));
    }
    std::vector<std::string> tokens;
    TEMBLOR_RETURN_IF_ERROR(read_vocabulary(vocab, tokens));
    WordPieceOptions owned = options;
    owned.unknown = unknown;
    owned.continuation = continuation;
    TEMBLOR_ASSIGN_OR_RETURN(Vocabulary vocabulary, Vocabulary::from_tokens(tokens));
    return WordPiece::create(std::move(owned), std::move(vocabulary));
}

}  // namespace

Result<std::unique_ptr<WordPiece>> load_wordpiece(const std::string& path) {
    TEMBLOR_ASSIGN_OR_RETURN(const std::string content, read_small_file(path));
    const size_t first = content.find_first_not_of(" \t\r\n");
    auto loaded = first != std::string::npos && content[first] == '{' ? from_json(content)
                                                                      : from_lines(content);
    if (!loaded.is_ok()) return std::move(loaded).status().with_context(path);
    return loaded;
}

}  // namespace temblor
