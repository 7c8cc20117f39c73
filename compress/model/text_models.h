#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "compress/model/model_options.h"
#include "data/status.h"
#include "data/text/text_model.h"

namespace temblor {

/// What a folder's model makes of text, by its config.json.
enum class TextModelKind : uint8_t {
    kSparse,  ///< ...ForMaskedLM: SPLADE
    kDense,   ///< ...Model: sentence vectors
    kScores,  ///< ...ForSequenceClassification: scores of pairs
};

/// Reads `folder`/config.json. Errors: kNotFound without it, kCorruption, and kUnimplemented for
/// models that are no encoders of text.
Result<TextModelKind> text_model_kind(const std::string& folder);

/// Which model `folder` holds, without opening it; max_tokens is 0.
Result<TextModelIdentity> text_model_identity(const std::string& folder);

struct TextModelOptions {
    ModelOptions model;
    int64_t max_tokens = 0;  ///< of a text; 0: what the folder says, else what the model takes
    size_t top_k = 0;        ///< sparse: the largest entries that a document keeps; 0: all
};

/// Open a folder of that kind. Errors: those of SpladeEncoder, SentenceEncoder and TextClassifier;
/// kUnimplemented for cross-encoders of more labels than one, and where there is no libtorch,
/// saying what to install.
Result<std::shared_ptr<const SparseTextModel>> open_sparse_text_model(
    const std::string& folder, const TextModelOptions& options);
Result<std::shared_ptr<const DenseTextModel>> open_dense_text_model(
    const std::string& folder, const TextModelOptions& options);
Result<std::shared_ptr<const PairScoreModel>> open_pair_score_model(
    const std::string& folder, const TextModelOptions& options);

}  // namespace temblor
