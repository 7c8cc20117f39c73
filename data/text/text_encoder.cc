#include "data/text/text_encoder.h"

#include <cmath>

#include <fmt/format.h>

#include "data/text/bm25.h"
#include "data/text/encoder_config.h"
#include "data/text/inference_free.h"
#include "data/text/model_encoder.h"

namespace temblor {

Result<std::unique_ptr<DocumentEncoder>> make_document_encoder(const TextEncoderOptions& options) {
    if (options.kind == "bm25") return make_bm25_document_encoder(options);
    if (options.kind == "inference-free") return make_inference_free_document_encoder(options);
    return Status::invalid_argument(fmt::format(
        "encoder: expected \"bm25\" or \"inference-free\", found \"{}\"", options.kind));
}

Result<std::unique_ptr<TextEncoder>> load_text_encoder(const TextEncoderData& data,
                                                       const Vocabulary& vocabulary) {
    if (data.config_json.empty()) {
        return Status::not_found(
            "the index has no text encoder: its documents came as vectors, so queries must too");
    }
    TEMBLOR_ASSIGN_OR_RETURN(const EncoderConfig config, parse_encoder_config(data.config_json));
    if (config.kind == "model") return make_missing_model_encoder(config.model);
    if (data.query_weights.size() != vocabulary.size()) {
        return Status::corruption(
            fmt::format("text encoder: {} query weights for a vocabulary of {}",
                        data.query_weights.size(), vocabulary.size()));
    }
    for (size_t c = 0; c < data.query_weights.size(); ++c) {
        if (!std::isfinite(data.query_weights[c]) || data.query_weights[c] < 0) {
            return Status::corruption(
                fmt::format("text encoder: query weight {} is {}", c, data.query_weights[c]));
        }
    }
    if (config.kind == "bm25") {
        return load_bm25_text_encoder(config, data.query_weights, vocabulary);
    }
    return load_inference_free_text_encoder(config, data.query_weights, vocabulary);
}

}  // namespace temblor
