#include "compress/model/torch/decoder_layer.h"

#include <string>
#include <vector>

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <fmt/format.h>

#include "compress/model/torch/activation.h"
#include "compress/model/torch/row_product.h"

namespace temblor {
namespace {

/// One linear layer out of those of `names`, whose outputs are `sizes`, one below the other.
Linear take_joined(const TakeWeight& take, HugePages& pages, std::string_view prefix,
                   const std::vector<std::string_view>& names, const std::vector<int64_t>& sizes,
                   int64_t in, bool bias, bool int8) {
    std::vector<at::Tensor> weights;
    std::vector<at::Tensor> biases;
    for (size_t i = 0; i < names.size(); ++i) {
        weights.push_back(take(fmt::format("{}{}.weight", prefix, names[i]), {sizes[i], in}));
        if (!weights.back().defined()) return {};
        if (!bias) continue;
        biases.push_back(take(fmt::format("{}{}.bias", prefix, names[i]), {sizes[i]}));
        if (!biases.back().defined()) return {};
    }
    const auto join = [](const std::vector<at::Tensor>& parts) {
        if (parts.empty()) return at::Tensor();
        return parts.size() == 1 ? parts.front() : at::cat(parts, 0);
    };
    const Linear joined(join(weights), join(biases));
    return pages.keep(int8 ? joined.quantized() : joined);
}

}  // namespace

DecoderLayer DecoderLayer::load(const TakeWeight& take, HugePages& pages, const ModelConfig& config,
                                bool int8, std::string_view name) {
    DecoderLayer layer;
    layer.heads_ = config.heads;
    layer.kv_heads_ = config.kv_heads;
    layer.head_size_ = config.head_size;
    layer.qk_norm_ = config.qk_norm;
    layer.activation_ = config.activation;
    const auto norm = [&](std::string_view which, int64_t size) {
        return RmsNorm(take(fmt::format("{}{}.weight", name, which), {size}), config.norm_epsilon);
    };
    const int64_t queries = config.heads * config.head_size;
    const int64_t keys = config.kv_heads * config.head_size;
    layer.attention_norm_ = norm("input_layernorm", config.hidden);
    if (config.fused_projections) {
        layer.qkv_ = take_joined(take, pages, name, {"self_attn.qkv_proj"}, {queries + 2 * keys},
                                 config.hidden, config.qkv_bias, int8);
        layer.gate_up_ =
            take_joined(take, pages, name, {"mlp.gate_up_proj"}, {2 * config.intermediate},
                        config.hidden, config.mlp_bias, int8);
    } else {
        layer.qkv_ = take_joined(take, pages, name,
                                 {"self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"},
                                 {queries, keys, keys}, config.hidden, config.qkv_bias, int8);
        layer.gate_up_ = take_joined(take, pages, name, {"mlp.gate_proj", "mlp.up_proj"},
                                     {config.intermediate, config.intermediate}, config.hidden,
                                     config.mlp_bias, int8);
    }
    if (config.qk_norm) {
        layer.query_norm_ = norm("self_attn.q_norm", config.head_size);
        layer.key_norm_ = norm("self_attn.k_norm", config.head_size);
    }
    layer.output_ = take_joined(take, pages, name, {"self_attn.o_proj"}, {config.hidden}, queries,
                                config.output_bias, int8);
    layer.mlp_norm_ = norm("post_attention_layernorm", config.hidden);
    layer.down_ = take_joined(take, pages, name, {"mlp.down_proj"}, {config.hidden},
                              config.intermediate, config.mlp_bias, int8);
    return layer;
}

at::Tensor DecoderLayer::attend(const at::Tensor& input, int64_t layer, const RopeAngles& angles,
                                std::span<const DecoderPiece> pieces, const SeeQueries& see) const {
    const int64_t rows = input.size(0);
    const at::Tensor all =
        row_product(input, qkv_).view({rows, heads_ + 2 * kv_heads_, head_size_});
    at::Tensor turned;
    if (qk_norm_) {
        turned = at::cat(
            {query_norm_(all.narrow(1, 0, heads_)), key_norm_(all.narrow(1, heads_, kv_heads_))},
            1);
    } else {
        turned = all.narrow(1, 0, heads_ + kv_heads_);
    }
    turned = RopeTable::rotate(turned, angles);
    const at::Tensor queries = turned.narrow(1, 0, heads_);
    const at::Tensor keys = turned.narrow(1, heads_, kv_heads_);
    const at::Tensor values = all.narrow(1, heads_ + kv_heads_, kv_heads_);
    std::vector<at::Tensor> parts;
    parts.reserve(pieces.size());
    for (const DecoderPiece& piece : pieces) {
        parts.push_back((*piece.attention)(layer, queries.narrow(0, piece.begin, piece.rows),
                                           keys.narrow(0, piece.begin, piece.rows),
                                           values.narrow(0, piece.begin, piece.rows)));
    }
    if (see) see(queries);
    return parts.size() == 1 ? parts.front() : at::cat(parts, 0);
}

void DecoderLayer::run(at::Tensor& hidden, int64_t layer, const RopeAngles& angles,
                       std::span<const DecoderPiece> pieces, const SeeQueries& see) const {
    add_product(hidden, attend(attention_norm_(hidden), layer, angles, pieces, see), output_);
    const at::Tensor both = row_product(mlp_norm_(hidden), gate_up_);
    const int64_t half = both.size(1) / 2;
    const at::Tensor inner =
        activate(both.narrow(1, 0, half), activation_).mul_(both.narrow(1, half, half));
    add_product(hidden, inner, down_);
}

}  // namespace temblor
