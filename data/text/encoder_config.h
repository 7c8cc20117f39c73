#pragma once

#include <string>
#include <string_view>

#include "data/status.h"
#include "data/text/text_model.h"

namespace temblor {

/// What an index records about its text encoder, as one JSON object (TextEncoderData::config_json).
/// Fields that a kind does not use keep their defaults and are not written.
struct EncoderConfig {
    std::string kind;                  ///< "bm25", "inference-free" or "model"
    double k1 = 0;                     ///< of the documents' weights, for the record
    double b = 0;                      ///< the same
    double mean_length = 0;            ///< terms a document, for the record
    std::string language = "none";     ///< bm25
    bool stop_words = false;           ///< bm25
    bool lower_case = true;            ///< inference-free: how text reaches WordPiece
    bool strip_accents = true;         ///< inference-free
    std::string unknown = "[UNK]";     ///< inference-free
    std::string continuation = "##";   ///< inference-free
    uint64_t max_word_characters = 0;  ///< inference-free
    TextModelIdentity model;           ///< model
};

/// The newest version of the object that this code reads and writes.
inline constexpr uint64_t kEncoderConfigVersion = 1;

std::string write_encoder_config(const EncoderConfig& config);

/// Errors: kCorruption for what is not such an object, naming the field; kUnimplemented for a
/// newer version or an unknown kind.
Result<EncoderConfig> parse_encoder_config(std::string_view json);

}  // namespace temblor
