#pragma once

#include <vector>

#include <ATen/core/Tensor.h>

#include "compress/model/files/model_config.h"
#include "compress/model/torch/embedding.h"
#include "compress/model/torch/encoder_layer.h"
#include "compress/model/torch/ragged_batch.h"

namespace temblor {

/// BERT, RoBERTa, XLM-RoBERTa or DistilBERT without a head: tokens to their last hidden states.
/// Immutable; thread-safe.
class EncoderTorso {
public:
    /// `loader` has the prefix of encoder_prefix(). Errors are left in it.
    static EncoderTorso load(WeightLoader& loader, const ModelConfig& config);

    /// Lays the weights out for about `rows` tokens at a time.
    void prepack(int64_t rows);
    /// See Linear::quantized(); instead of prepack().
    void quantize();

    /// [tokens, hidden], in the type of the weights.
    [[nodiscard]] at::Tensor operator()(const RaggedBatch& batch) const;

    /// [vocabulary, hidden], which a tied head shares.
    [[nodiscard]] const at::Tensor& word_embeddings() const { return words_.weight(); }

    [[nodiscard]] const ModelConfig& config() const { return config_; }

private:
    ModelConfig config_;
    Embedding words_;
    Embedding positions_;
    Embedding types_;
    bool has_types_ = false;
    LayerNorm norm_;
    std::vector<EncoderLayer> layers_;
};

}  // namespace temblor
