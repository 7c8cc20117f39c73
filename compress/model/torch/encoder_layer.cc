#include "compress/model/torch/encoder_layer.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <fmt/format.h>

#include "compress/model/torch/activation.h"
#include "compress/model/torch/encoder_names.h"

namespace temblor {

EncoderLayer EncoderLayer::load(WeightLoader& loader, const ModelConfig& config, int64_t number) {
    const EncoderNames& names = encoder_names(config.architecture);
    const int64_t hidden = config.hidden;
    const auto name = [&](const char* part) {
        return fmt::format("{}.{}.{}", names.layers, number, part);
    };
    EncoderLayer layer;
    layer.heads_ = config.heads;
    layer.activation_ = config.activation;
    const Linear query = Linear::load(loader, name(names.query), hidden, hidden, true);
    const Linear key = Linear::load(loader, name(names.key), hidden, hidden, true);
    const Linear value = Linear::load(loader, name(names.value), hidden, hidden, true);
    layer.attention_output_ =
        Linear::load(loader, name(names.attention_output), hidden, hidden, true);
    layer.attention_norm_ =
        LayerNorm::load(loader, name(names.attention_norm), hidden, config.norm_epsilon);
    layer.widen_ = Linear::load(loader, name(names.widen), hidden, config.intermediate, true);
    layer.narrow_ = Linear::load(loader, name(names.narrow), config.intermediate, hidden, true);
    layer.output_norm_ =
        LayerNorm::load(loader, name(names.output_norm), hidden, config.norm_epsilon);
    if (!loader.status().is_ok()) return layer;
    layer.projection_ = Linear(at::cat({query.weight(), key.weight(), value.weight()}),
                               at::cat({query.bias(), key.bias(), value.bias()}));
    return layer;
}

void EncoderLayer::quantize() {
    for (Linear* linear : {&projection_, &attention_output_, &widen_, &narrow_}) {
        *linear = linear->quantized();
    }
}

void EncoderLayer::prepack(int64_t rows) {
    for (Linear* linear : {&projection_, &attention_output_, &widen_, &narrow_}) {
        linear->prepack(rows);
    }
}

at::Tensor EncoderLayer::operator()(const at::Tensor& hidden,
                                    const RaggedAttention& attention) const {
    const at::Tensor attended =
        attention_norm_(attention_output_(attention(projection_(hidden), heads_)).add_(hidden));
    const at::Tensor wide = activation_ == Activation::kGelu
                                ? widen_.with_gelu(attended)
                                : activate(widen_(attended), activation_);
    return output_norm_(narrow_(wide).add_(attended));
}

}  // namespace temblor
