#include "compress/model/torch/encoder_names.h"

namespace temblor {
namespace {

constexpr EncoderNames kBertNames = {
    .layers = "encoder.layer",
    .query = "attention.self.query",
    .key = "attention.self.key",
    .value = "attention.self.value",
    .attention_output = "attention.output.dense",
    .attention_norm = "attention.output.LayerNorm",
    .widen = "intermediate.dense",
    .narrow = "output.dense",
    .output_norm = "output.LayerNorm",
};

constexpr EncoderNames kDistilBertNames = {
    .layers = "transformer.layer",
    .query = "attention.q_lin",
    .key = "attention.k_lin",
    .value = "attention.v_lin",
    .attention_output = "attention.out_lin",
    .attention_norm = "sa_layer_norm",
    .widen = "ffn.lin1",
    .narrow = "ffn.lin2",
    .output_norm = "output_layer_norm",
};

}  // namespace

const EncoderNames& encoder_names(Architecture architecture) {
    return architecture == Architecture::kDistilBert ? kDistilBertNames : kBertNames;
}

std::string encoder_prefix(const SafeTensors& files) {
    for (const char* prefix : {"", "bert.", "roberta.", "distilbert.", "model.", "0.auto_model."}) {
        if (files.find(std::string(prefix) + "embeddings.word_embeddings.weight") != nullptr) {
            return prefix;
        }
    }
    return {};
}

}  // namespace temblor
