#include "compress/model/torch/encoder_torso.h"

namespace temblor {

EncoderTorso EncoderTorso::load(WeightLoader& loader, const ModelConfig& config) {
    EncoderTorso torso;
    torso.config_ = config;
    torso.words_ =
        Embedding::load(loader, "embeddings.word_embeddings", config.vocabulary, config.hidden);
    torso.positions_ =
        Embedding::load(loader, "embeddings.position_embeddings", config.positions, config.hidden);
    torso.has_types_ = config.token_types > 0;
    if (torso.has_types_) {
        torso.types_ = Embedding::load(loader, "embeddings.token_type_embeddings",
                                       config.token_types, config.hidden);
    }
    torso.norm_ =
        LayerNorm::load(loader, "embeddings.LayerNorm", config.hidden, config.norm_epsilon);
    for (int64_t i = 0; i < config.layers && loader.status().is_ok(); ++i) {
        torso.layers_.push_back(EncoderLayer::load(loader, config, i));
    }
    return torso;
}

void EncoderTorso::quantize() {
    for (EncoderLayer& layer : layers_) layer.quantize();
}

void EncoderTorso::prepack(int64_t rows) {
    for (EncoderLayer& layer : layers_) layer.prepack(rows);
}

at::Tensor EncoderTorso::operator()(const RaggedBatch& batch) const {
    at::Tensor hidden = words_(batch.ids);
    hidden.add_(positions_(batch.positions));
    if (has_types_) hidden.add_(types_(batch.types));
    hidden = norm_(hidden);
    const RaggedAttention attention(batch, hidden.device());
    for (const EncoderLayer& layer : layers_) hidden = layer(hidden, attention);
    return hidden;
}

}  // namespace temblor
