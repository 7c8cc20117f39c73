#pragma once

#include <cstddef>
#include <memory>
#include <optional>

#include "compress/model/tokenizer/added_tokens.h"
#include "compress/model/tokenizer/json_node.h"
#include "compress/model/tokenizer/normalizer.h"
#include "compress/model/tokenizer/post_processor.h"
#include "compress/model/tokenizer/pre_tokenizer.h"
#include "compress/model/tokenizer/token_decoder.h"
#include "compress/model/tokenizer/token_model.h"

namespace temblor {

/// The steps of a tokenizer, in the order in which text takes them.
struct TokenizerParts {
    AddedTokens added;
    std::unique_ptr<TextNormalizer> normalizer;   ///< null: none
    std::unique_ptr<PreTokenizer> pre_tokenizer;  ///< null: none
    std::unique_ptr<TokenModel> model;
    PostProcessor post_processor;
    std::unique_ptr<TokenDecoder> decoder;  ///< null: tokens with blanks between
    std::optional<size_t> max_length;
};

// The members of a tokenizer.json. Errors of all: kInvalidArgument or kUnimplemented with the
// member ("field "normalizer.normalizers[1].type": unknown normalizer "Nmt2"").

Result<std::unique_ptr<TextNormalizer>> read_normalizer(const JsonNode& node, int depth = 0);
/// `map_bytes`: see make_byte_level_pre_tokenizer.
Result<std::unique_ptr<PreTokenizer>> read_pre_tokenizer(const JsonNode& node, bool map_bytes,
                                                         int depth = 0);
/// Whether a ByteLevel is its last step and its only one.
bool ends_in_byte_level(const JsonNode& pre_tokenizer);
Result<std::unique_ptr<TokenModel>> read_token_model(const JsonNode& node, bool byte_level);
Result<std::unique_ptr<TokenDecoder>> read_token_decoder(const JsonNode& node, int depth = 0);
Result<PostProcessor> read_post_processor(const JsonNode& node);
Result<AddedTokens> read_added_tokens(const JsonNode& node, const TokenTable& tokens,
                                      const TextNormalizer* normalizer);
/// {"String": ...} or {"Regex": ...}.
Result<std::unique_ptr<TextPattern>> read_text_pattern(const JsonNode& node);
/// "never", "first" or "always", or the older add_prefix_space, of a Metaspace.
Result<PrependScheme> read_prepend_scheme(const JsonNode& metaspace);
/// The member "replacement" of a Metaspace: one character.
Result<std::string> read_metaspace_replacement(const JsonNode& metaspace);

/// A whole tokenizer.json.
Result<TokenizerParts> read_tokenizer_json(std::string_view content);

/// How deep Sequences may nest.
inline constexpr int kDeepestSequence = 16;

/// Reads the steps of a Sequence, member `name`, by `read(step)`.
template <typename Step, typename Read>
Result<std::vector<std::unique_ptr<Step>>> read_steps(const JsonNode& node, std::string_view name,
                                                      Read read) {
    TEMBLOR_ASSIGN_OR_RETURN(const JsonNode member, node.member(name));
    TEMBLOR_ASSIGN_OR_RETURN(const std::vector<JsonNode> nodes, member.elements());
    std::vector<std::unique_ptr<Step>> steps;
    for (const JsonNode& step : nodes) {
        TEMBLOR_ASSIGN_OR_RETURN(auto made, read(step));
        steps.push_back(std::move(made));
    }
    return steps;
}

/// The member "type", a string.
Result<std::string_view> read_type(const JsonNode& node);

}  // namespace temblor
