#include <array>

#include <fmt/format.h>

#include "compress/model/files/architecture_fields.h"

namespace temblor {
namespace {

struct ActivationName {
    std::string_view name;
    Activation activation;
};

constexpr std::array<ActivationName, 7> kActivations = {{
    {"gelu", Activation::kGelu},
    {"gelu_python", Activation::kGelu},
    {"gelu_new", Activation::kGeluTanh},
    {"gelu_pytorch_tanh", Activation::kGeluTanh},
    {"relu", Activation::kRelu},
    {"silu", Activation::kSilu},
    {"swish", Activation::kSilu},
}};

/// Which layers attend within the window only.
void read_sliding(ConfigFields& fields, ModelConfig& config) {
    const auto layers = static_cast<size_t>(config.layers);
    config.sliding.assign(layers, 0);
    if (config.architecture == Architecture::kLlama) return;
    fields.read("sliding_window", config.sliding_window, 0, kMostPositions, 0);
    int64_t first = 0;
    if (config.architecture == Architecture::kQwen2 ||
        config.architecture == Architecture::kQwen3) {
        bool used = false;
        fields.read("use_sliding_window", used, false);
        fields.read("max_window_layers", first, 0, kMostLayers, 28);
        if (!used) config.sliding_window = 0;
    }
    if (config.sliding_window == 0) return;
    std::vector<std::string> types;
    fields.read("layer_types", types);
    if (!types.empty() && types.size() != layers) {
        return fields.refuse("layer_types", fmt::format("{} names", layers));
    }
    for (size_t i = 0; i < layers; ++i) {
        if (types.empty()) {
            config.sliding[i] = static_cast<int64_t>(i) >= first ? 1 : 0;
        } else if (types[i] == "sliding_attention" || types[i] == "full_attention") {
            config.sliding[i] = types[i] == "sliding_attention" ? 1 : 0;
        } else {
            return fields.refuse("layer_types", "full_attention and sliding_attention");
        }
    }
}

void read_biases(ConfigFields& fields, ModelConfig& config) {
    switch (config.architecture) {
        case Architecture::kLlama:
            fields.read("attention_bias", config.qkv_bias, false);
            config.output_bias = config.qkv_bias;
            fields.read("mlp_bias", config.mlp_bias, false);
            break;
        case Architecture::kQwen2:
            config.qkv_bias = true;
            break;
        case Architecture::kQwen3:
            fields.read("attention_bias", config.qkv_bias, false);
            config.output_bias = config.qkv_bias;
            config.qk_norm = true;
            break;
        case Architecture::kPhi3:
            config.fused_projections = true;
            break;
        default:
            break;
    }
}

void read_rotation(ConfigFields& fields, ModelConfig& config) {
    config.rope = read_rope_scaling(fields, config.rope_theta);
    double share = 1;
    fields.read("partial_rotary_factor", share, 0, 1, 1.0);
    if (auto part = fields.object("rope_parameters")) {
        part->read("partial_rotary_factor", share, 0, 1, share);
        fields.take_error(*part);
    }
    if (!fields.status().is_ok()) return;
    config.rotated = static_cast<int64_t>(static_cast<double>(config.head_size) * share);
    if (config.rotated < 2 || config.rotated % 2 != 0) {
        return fields.refuse("partial_rotary_factor",
                             fmt::format("an even share of the head size {}", config.head_size));
    }
    const auto half = static_cast<size_t>(config.rotated / 2);
    if (config.rope.kind == RopeKind::kLong &&
        (config.rope.short_factors.size() != half || config.rope.long_factors.size() != half)) {
        fields.refuse(fields.has("rope_parameters") ? "rope_parameters" : "rope_scaling",
                      fmt::format("{} short and {} long factors", half, half));
    }
}

}  // namespace

void read_activation(ConfigFields& fields, std::string_view name, std::string_view fallback,
                     Activation& out) {
    std::string text;
    fields.read(name, text, fallback);
    for (const ActivationName& known : kActivations) {
        if (known.name == text) {
            out = known.activation;
            return;
        }
    }
    fields.refuse(name, "gelu, gelu_new, gelu_pytorch_tanh, relu or silu");
}

void read_decoder_fields(ConfigFields& fields, ModelConfig& config) {
    fields.read("vocab_size", config.vocabulary, 1, kMostVocabulary);
    fields.read("hidden_size", config.hidden, 1, kMostHidden);
    fields.read("intermediate_size", config.intermediate, 1, kMostIntermediate);
    fields.read("num_hidden_layers", config.layers, 1, kMostLayers);
    fields.read("num_attention_heads", config.heads, 1, kMostHeads);
    fields.read("num_key_value_heads", config.kv_heads, 1, kMostHeads, config.heads);
    fields.read("max_position_embeddings", config.positions, 1, kMostPositions, 2048);
    fields.read("rms_norm_eps", config.norm_epsilon, 0, 1, 1e-6);
    fields.read("tie_word_embeddings", config.tied_embeddings, false);
    read_activation(fields, "hidden_act", "silu", config.activation);
    fields.read_ids("eos_token_id", config.end_ids);
    if (!fields.status().is_ok()) return;
    if (config.heads % config.kv_heads != 0) {
        return fields.refuse("num_key_value_heads",
                             fmt::format("a divisor of the {} heads", config.heads));
    }
    const int64_t usual =
        config.architecture == Architecture::kQwen3 ? 128 : config.hidden / config.heads;
    fields.read("head_dim", config.head_size, 1, kMostHidden, usual);
    if (!fields.has("head_dim") && config.architecture != Architecture::kQwen3 &&
        config.hidden % config.heads != 0) {
        return fields.refuse("num_attention_heads",
                             fmt::format("a divisor of the hidden size {}", config.hidden));
    }
    read_biases(fields, config);
    read_sliding(fields, config);
    read_rotation(fields, config);
}

}  // namespace temblor
