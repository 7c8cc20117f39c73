#pragma once

#include <string>

#include <ATen/core/Tensor.h>

#include "compress/model/files/model_config.h"
#include "compress/model/torch/linear.h"
#include "compress/model/torch/norms.h"
#include "compress/model/torch/ragged_attention.h"

namespace temblor {

/// One layer of BERT and its relatives: attention, then two linear layers, each added to its input
/// and normalised after (Vaswani et al. 2017, Devlin et al. 2019).
class EncoderLayer {
public:
    /// Layer `number`. Errors are left in `loader`.
    static EncoderLayer load(WeightLoader& loader, const ModelConfig& config, int64_t number);

    /// Lays the weights out for about `rows` tokens at a time.
    void prepack(int64_t rows);
    /// See Linear::quantized(); instead of prepack().
    void quantize();

    /// [tokens, hidden] to the same.
    [[nodiscard]] at::Tensor operator()(const at::Tensor& hidden,
                                        const RaggedAttention& attention) const;

private:
    int64_t heads_ = 0;
    Activation activation_ = Activation::kGelu;
    Linear projection_;  ///< queries, keys and values in one
    Linear attention_output_;
    LayerNorm attention_norm_;
    Linear widen_;
    Linear narrow_;
    LayerNorm output_norm_;
};

}  // namespace temblor
