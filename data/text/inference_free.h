#pragma once

#include <memory>

#include "data/text/encoder_config.h"
#include "data/text/text_encoder.h"

namespace temblor {

/// OpenSearch's inference-free sparse encoder (Geng et al. 2024, "Towards Competitive Search
/// Relevance For Inference-Free Learned Sparse Retrievers"): only documents ever see a model. A
/// query is the set of its WordPiece tokens, each with its weight in an idf table (1 where the
/// table has none). A document comes either as weights that a model found for the same vocabulary
/// (those are vectors, and their reader takes only vocabulary and query weights from here) or as
/// text, which becomes the saturated counts of its pieces: tf * (k1 + 1) / (tf + k1 * (1 - b + b *
/// length / mean)). Special tokens never count.
///
/// The components are the whole WordPiece vocabulary, which thus travels with the index; so do the
/// idf weights, as TextEncoderData::query_weights (0 for special tokens).
///
/// Errors: those of the two files; kInvalidArgument when one is not named or they do not belong
/// together.
Result<std::unique_ptr<DocumentEncoder>> make_inference_free_document_encoder(
    const TextEncoderOptions& options);

/// The query side. `config` has kind "inference-free". Errors: kCorruption.
Result<std::unique_ptr<TextEncoder>> load_inference_free_text_encoder(
    const EncoderConfig& config, std::vector<float> query_weights, const Vocabulary& vocabulary);

}  // namespace temblor
