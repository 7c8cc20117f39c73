#pragma once

#include <optional>
#include <string>

#include "compress/model/tokenizer/tokenizer.h"
#include "data/status.h"

namespace temblor {

/// What tokenizer_config.json and special_tokens_map.json of a folder say of a tokenizer; members
/// that are not about it are left alone. The map counts where both name a token.
struct TokenizerConfig {
    std::optional<std::string> bos;
    std::optional<std::string> eos;
    std::optional<std::string> unk;
    std::optional<std::string> sep;
    std::optional<std::string> pad;
    std::optional<std::string> cls;
    std::optional<std::string> mask;
    std::optional<bool> add_bos_token;
    std::optional<bool> add_eos_token;
    std::optional<bool> do_lower_case;
    std::optional<size_t> model_max_length;  ///< absent for the "no limit" of 10^30
    std::optional<std::string> chat_template;
    std::optional<std::string> tokenizer_class;
};

/// An absent file says nothing. Errors: kInvalidArgument with file and member.
Result<TokenizerConfig> read_tokenizer_config(const std::string& folder);

/// The ids of the tokens that `config` names, or else of their usual spellings ("[CLS]", "<s>")
/// where the vocabulary holds them as special tokens.
SpecialTokens find_special_tokens(const Tokenizer& tokenizer, const TokenizerConfig& config);

}  // namespace temblor
