#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <ATen/core/Tensor.h>

#include "compress/model/files/model_config.h"
#include "compress/model/token_sequence.h"
#include "data/status.h"

namespace temblor {

/// Texts laid end to end without padding: what linear layers and norms see is one matrix of all
/// tokens, so nothing is computed for tokens that are not there.
struct RaggedBatch {
    std::vector<int64_t> lengths;  ///< tokens of each text, none 0
    std::vector<int64_t> begins;   ///< the row at which each text begins
    int64_t tokens = 0;            ///< rows in all
    int64_t longest = 0;
    at::Tensor ids;        ///< [tokens] int64, on the device
    at::Tensor types;      ///< [tokens] int64; undefined where the model has no such embedding
    at::Tensor positions;  ///< [tokens] int64: rows of the position embedding
};

/// Ok when an encoder takes `text`: not empty, not too long, ids within the vocabulary and types
/// within the model's. The message names `place`, the text's number.
Status check_sequence(const TokenSequence& text, const ModelConfig& config, size_t place);

/// The texts of `order`, in that order. All must have passed check_sequence.
RaggedBatch make_ragged_batch(std::span<const TokenSequence> texts, std::span<const size_t> order,
                              const ModelConfig& config, at::Device device);

/// Numbers of `texts`, longest first, cut into batches of at most `tokens` tokens (or one text).
std::vector<std::vector<size_t>> batches_by_length(std::span<const TokenSequence> texts,
                                                   int64_t tokens);

}  // namespace temblor
