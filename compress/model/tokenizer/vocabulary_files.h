#pragma once

#include <string_view>

#include "compress/model/tokenizer/special_token_names.h"
#include "compress/model/tokenizer/tokenizer_parts.h"

namespace temblor {

/// BERT from its vocab.txt, a token a line: [CLS] text [SEP] text [SEP]. Uncased if the config says
/// so; if it says nothing, unless some token has an upper-case ASCII letter outside brackets.
/// Errors: kInvalidArgument with the line.
Result<TokenizerParts> read_bert_vocabulary(std::string_view content,
                                            const TokenizerConfig& config);

/// GPT-2's byte-level BPE from vocab.json and merges.txt; "<|endoftext|>" and the tokens that the
/// config names are special. Nothing is added around a text, but for <s> and </s> where the
/// tokenizer's class is RoBERTa's. Errors: kInvalidArgument with the member or line.
Result<TokenizerParts> read_gpt2_files(std::string_view vocabulary, std::string_view merges,
                                       const TokenizerConfig& config);

}  // namespace temblor
