#pragma once

#include <ATen/core/Tensor.h>

#include "compress/model/files/sentence_config.h"
#include "compress/model/torch/ragged_batch.h"

namespace temblor {

/// One row a text of `hidden` [tokens, hidden]: [texts, hidden] float32.
at::Tensor pool(const at::Tensor& hidden, const RaggedBatch& batch, Pooling pooling);

/// The rows of every text's first token.
at::Tensor first_rows(const at::Tensor& hidden, const RaggedBatch& batch);

}  // namespace temblor
