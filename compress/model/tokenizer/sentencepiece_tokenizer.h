#pragma once

#include <memory>
#include <string_view>

#include "compress/model/tokenizer/special_token_names.h"
#include "compress/model/tokenizer/tokenizer.h"

namespace temblor {

/// A tokenizer.model of SentencePiece (Llama, Mistral, Gemma), read and run by its library. Control
/// pieces ("<s>") are special tokens, and text between them is cut by itself. Before a text stands
/// bos unless the config says add_bos_token: false; behind it eos if it says add_eos_token: true.
/// Errors: kInvalidArgument for bytes that are no model.
Result<std::unique_ptr<const Tokenizer>> make_sentencepiece_tokenizer(
    std::string_view content, const TokenizerConfig& config);

}  // namespace temblor
