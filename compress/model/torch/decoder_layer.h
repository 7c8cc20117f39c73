#pragma once

#include <functional>
#include <span>
#include <string_view>

#include <ATen/core/Tensor.h>

#include "compress/model/files/model_config.h"
#include "compress/model/torch/causal_attention.h"
#include "compress/model/torch/huge_pages.h"
#include "compress/model/torch/linear.h"
#include "compress/model/torch/norms.h"
#include "compress/model/torch/rope_table.h"

namespace temblor {

/// Gives the weight `name` of exactly that shape on the model's device, or an undefined tensor
/// once something was wrong.
using TakeWeight = std::function<at::Tensor(std::string_view name, at::IntArrayRef shape)>;

/// Rows of one sequence within a batch.
struct DecoderPiece {
    int64_t begin = 0;
    int64_t rows = 0;
    const CausalAttention* attention = nullptr;
};

/// A layer of the Llama family: RMS norm, attention, RMS norm, gated MLP, each added to what came
/// in. The three input projections of attention are one product, as are gate and up.
class DecoderLayer {
public:
    /// `name` is "layers.N." with what stands before it. Matrices are kept in `pages`, with `int8`
    /// quantized. Nothing is
    /// usable once `take` failed.
    static DecoderLayer load(const TakeWeight& take, HugePages& pages, const ModelConfig& config,
                             bool int8, std::string_view name);

    /// Is told of the rotated queries [n, heads, head size] of all rows, once their keys are in the
    /// caches.
    using SeeQueries = std::function<void(const at::Tensor& queries)>;

    /// Adds to `hidden` [n, hidden] in place.
    void run(at::Tensor& hidden, int64_t layer, const RopeAngles& angles,
             std::span<const DecoderPiece> pieces, const SeeQueries& see) const;

    [[nodiscard]] const Linear& qkv() const { return qkv_; }
    [[nodiscard]] const Linear& output() const { return output_; }
    [[nodiscard]] const Linear& gate_up() const { return gate_up_; }
    [[nodiscard]] const Linear& down() const { return down_; }
    [[nodiscard]] const RmsNorm& attention_norm() const { return attention_norm_; }
    [[nodiscard]] const RmsNorm& mlp_norm() const { return mlp_norm_; }
    [[nodiscard]] const RmsNorm& query_norm() const { return query_norm_; }
    [[nodiscard]] const RmsNorm& key_norm() const { return key_norm_; }

private:
    [[nodiscard]] at::Tensor attend(const at::Tensor& input, int64_t layer,
                                    const RopeAngles& angles, std::span<const DecoderPiece> pieces,
                                    const SeeQueries& see) const;

    int64_t heads_ = 0;
    int64_t kv_heads_ = 0;
    int64_t head_size_ = 0;
    bool qk_norm_ = false;
    Activation activation_ = Activation::kSilu;
    Linear qkv_;
    Linear output_;
    Linear gate_up_;
    Linear down_;
    RmsNorm attention_norm_;
    RmsNorm mlp_norm_;
    RmsNorm query_norm_;
    RmsNorm key_norm_;
};

}  // namespace temblor
