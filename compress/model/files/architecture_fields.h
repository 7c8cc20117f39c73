#pragma once

#include "compress/model/files/config_fields.h"
#include "compress/model/files/model_config.h"

namespace temblor {

/// The parts of model_config.h that differ by family; `config.architecture` and `head` are set.
/// Errors are left in `fields`. Defaults are those of Hugging Face's classes.
void read_encoder_fields(ConfigFields& fields, ModelConfig& config);
void read_decoder_fields(ConfigFields& fields, ModelConfig& config);

/// "gelu", "gelu_new", "silu" and their other names.
void read_activation(ConfigFields& fields, std::string_view name, std::string_view fallback,
                     Activation& out);

/// Bounds of every size of a model: past them a file lies.
inline constexpr int64_t kMostVocabulary = int64_t{1} << 24;
inline constexpr int64_t kMostHidden = int64_t{1} << 17;
inline constexpr int64_t kMostIntermediate = int64_t{1} << 20;
inline constexpr int64_t kMostLayers = 1024;
inline constexpr int64_t kMostHeads = 4096;
inline constexpr int64_t kMostPositions = int64_t{1} << 27;

}  // namespace temblor
