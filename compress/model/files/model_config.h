#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "compress/model/files/rope_scaling.h"
#include "data/status.h"

namespace temblor {

/// The families of models that are read, by `model_type`.
enum class Architecture : uint8_t {
    kBert,
    kRoberta,
    kXlmRoberta,
    kDistilBert,
    kLlama,
    kMistral,
    kQwen2,
    kQwen3,
    kPhi3,
};

/// "xlm-roberta", as `model_type` writes it.
std::string_view architecture_name(Architecture architecture);
/// Encoders read in both directions; the others are decoders.
bool is_encoder(Architecture architecture);

enum class Activation : uint8_t { kGelu, kGeluTanh, kRelu, kSilu };

/// What follows the last layer, by the first of `architectures`.
enum class ModelHead : uint8_t {
    kNone,      ///< ...Model
    kMaskedLm,  ///< ...ForMaskedLM
    kCausalLm,  ///< ...ForCausalLM
    kSequence,  ///< ...ForSequenceClassification
    kToken,     ///< ...ForTokenClassification
};

/// A model's `config.json`. Sizes are positive and bounded; `heads` divides the hidden size where
/// it must; fields that would change what is computed and are not supported are refused.
struct ModelConfig {
    std::string path;  ///< of config.json, for messages
    Architecture architecture = Architecture::kBert;
    ModelHead head = ModelHead::kNone;
    std::string dtype;  ///< "float32", "bfloat16", ...; empty when not said

    int64_t vocabulary = 0;
    int64_t hidden = 0;
    int64_t intermediate = 0;
    int64_t layers = 0;
    int64_t heads = 0;
    int64_t head_size = 0;
    int64_t positions = 0;  ///< max_position_embeddings
    Activation activation = Activation::kGelu;
    double norm_epsilon = 0;
    bool tied_embeddings = false;

    // Encoders.
    int64_t token_types = 0;          ///< 0: no such embedding (DistilBERT)
    int64_t padding_id = 0;           ///< RoBERTa's positions begin after it
    std::vector<std::string> labels;  ///< of classifiers, by id

    // Decoders.
    int64_t kv_heads = 0;
    double rope_theta = 10000;
    RopeScaling rope;
    int64_t rotated = 0;           ///< how many of a head's values are rotated, even
    int64_t sliding_window = 0;    ///< 0: none
    std::vector<uint8_t> sliding;  ///< a layer each: 1 where the window holds
    bool qkv_bias = false;
    bool output_bias = false;
    bool mlp_bias = false;
    bool qk_norm = false;            ///< RMS norm of each head's queries and keys (Qwen 3)
    bool fused_projections = false;  ///< qkv_proj and gate_up_proj (Phi-3)
    std::vector<int64_t> end_ids;    ///< eos_token_id, of generation_config.json too

    /// The most tokens of an encoder's input: positions, less those RoBERTa leaves unused.
    [[nodiscard]] int64_t longest_input() const;

    /// Reads `folder`/config.json (and generation_config.json where there is one).
    /// Errors name the file and field: kNotFound without the file, kUnimplemented for an
    /// architecture that is not read, else kCorruption.
    static Result<ModelConfig> read(const std::string& folder);
    /// The same from text; `path` is for messages.
    static Result<ModelConfig> parse(std::string_view json, const std::string& path);
};

}  // namespace temblor
