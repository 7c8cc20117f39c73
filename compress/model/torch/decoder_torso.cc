#include "compress/model/torch/decoder_torso.h"

#include <ATen/ops/index_select.h>
#include <fmt/format.h>

#include "compress/model/torch/row_product.h"

namespace temblor {

DecoderTorso DecoderTorso::load(const TakeWeight& take, const ModelConfig& config,
                                at::Device device, const std::string& prefix, bool head,
                                bool int8) {
    DecoderTorso torso;
    torso.config_ = config;
    HugePages pages;
    torso.table_ =
        pages.keep(take(prefix + "embed_tokens.weight", {config.vocabulary, config.hidden}));
    for (int64_t i = 0; i < config.layers; ++i) {
        torso.layers_.push_back(
            DecoderLayer::load(take, pages, config, int8, fmt::format("{}layers.{}.", prefix, i)));
    }
    torso.norm_ = RmsNorm(take(prefix + "norm.weight", {config.hidden}), config.norm_epsilon);
    if (head) {
        torso.head_ = Linear(config.tied_embeddings
                                 ? torso.table_
                                 : take("lm_head.weight", {config.vocabulary, config.hidden}),
                             at::Tensor());
        if (int8 && torso.head_.weight().defined()) torso.head_ = torso.head_.quantized();
        if (int8 || !config.tied_embeddings) torso.head_ = pages.keep(torso.head_);
    }
    torso.rope_ = RopeTable(config, device);
    return torso;
}

at::Tensor DecoderTorso::embed(const at::Tensor& ids) const {
    return at::index_select(table_, 0, ids);
}

at::Tensor DecoderTorso::run(at::Tensor hidden, const RopeAngles& angles,
                             std::span<const DecoderPiece> pieces,
                             const SeeLayerQueries& see) const {
    for (size_t i = 0; i < layers_.size(); ++i) {
        const auto layer = static_cast<int64_t>(i);
        DecoderLayer::SeeQueries see_here;
        if (see) see_here = [&](const at::Tensor& queries) { see(layer, queries); };
        layers_[i].run(hidden, layer, angles, pieces, see_here);
    }
    return hidden;
}

at::Tensor DecoderTorso::logits(const at::Tensor& hidden) const {
    return row_product(norm_(hidden), head_).to(at::kFloat);
}

}  // namespace temblor
