#pragma once

#include <functional>
#include <vector>

#include <ATen/core/Tensor.h>

#include "compress/model/files/model_config.h"
#include "compress/model/torch/decoder_layer.h"
#include "compress/model/torch/embedding.h"
#include "compress/model/torch/rope_table.h"

namespace temblor {

/// Embeddings, layers, the last norm and the output layer of a decoder. Immutable; thread-safe.
class DecoderTorso {
public:
    DecoderTorso() = default;
    /// `prefix` stands before "layers.0..." ("model." or nothing). Nothing is usable once `take`
    /// failed. Without `head` the output layer is left out; with `int8` the
    /// matrices but for the table are quantized.
    static DecoderTorso load(const TakeWeight& take, const ModelConfig& config, at::Device device,
                             const std::string& prefix, bool head, bool int8 = false);

    /// The table's rows of int64 ids.
    [[nodiscard]] at::Tensor embed(const at::Tensor& ids) const;
    [[nodiscard]] const at::Tensor& table() const { return table_; }

    using SeeLayerQueries = std::function<void(int64_t layer, const at::Tensor& queries)>;
    /// `hidden` [n, hidden], which it may change, through all layers; the last norm is not applied.
    [[nodiscard]] at::Tensor run(at::Tensor hidden, const RopeAngles& angles,
                                 std::span<const DecoderPiece> pieces,
                                 const SeeLayerQueries& see) const;
    /// Rows after the last norm.
    [[nodiscard]] at::Tensor normalized(const at::Tensor& hidden) const { return norm_(hidden); }
    /// Scores float32 [n, vocabulary] of rows that run() returned.
    [[nodiscard]] at::Tensor logits(const at::Tensor& hidden) const;

    [[nodiscard]] const ModelConfig& config() const { return config_; }
    [[nodiscard]] const RopeTable& rope() const { return rope_; }
    [[nodiscard]] const std::vector<DecoderLayer>& layers() const { return layers_; }
    [[nodiscard]] const RmsNorm& norm() const { return norm_; }
    [[nodiscard]] const Linear& head() const { return head_; }

private:
    ModelConfig config_;
    RopeTable rope_;
    at::Tensor table_;
    std::vector<DecoderLayer> layers_;
    RmsNorm norm_;
    Linear head_;
};

}  // namespace temblor
