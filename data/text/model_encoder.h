#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "data/status.h"
#include "data/text/text_encoder.h"
#include "data/text/text_model.h"

namespace temblor {

/// Documents through `model`, `batch` of them at once (at least 1). What is stored of it is its
/// identity, not its place.
Result<std::unique_ptr<DocumentEncoder>> make_model_document_encoder(
    std::shared_ptr<const SparseTextModel> model, uint32_t batch);

/// Queries through `model`.
std::unique_ptr<TextEncoder> make_model_text_encoder(std::shared_ptr<const SparseTextModel> model);

/// What an index stores of the model that made its vectors.
std::string model_encoder_json(const TextModelIdentity& identity);

/// Ok when `config_json`, as an index stores it, names a model with the files of `given`. Errors:
/// kInvalidArgument, naming both models; kCorruption for settings that cannot be read.
Status check_same_model(const std::string& config_json, const TextModelIdentity& given);

/// Stands for `model` where it is not at hand: text is refused with kInvalidArgument, naming it.
std::unique_ptr<TextEncoder> make_missing_model_encoder(TextModelIdentity model);

}  // namespace temblor
