#pragma once

#include <cstdint>
#include <string>

#include "data/status.h"

namespace temblor {

/// How the vectors of a text's tokens become one.
enum class Pooling : uint8_t {
    kMean,
    kFirst,  ///< of the first token, [CLS]
    kLast,   ///< of the last token
    kMax,
};

/// What the files of sentence-transformers beside a model say of its use.
struct SentenceConfig {
    /// Whether there is a `modules.json`: without it the rest are defaults.
    bool given = false;
    Pooling pooling = Pooling::kMean;
    bool normalize = true;
    int64_t longest = 0;       ///< tokens; 0: as many as the model takes
    std::string model_folder;  ///< where config.json is

    /// Reads `folder`/modules.json, the pooling's config.json and sentence_bert_config.json.
    /// Errors name the file and field: kUnimplemented for modules other than transformer, pooling
    /// and normalisation, and for poolings not listed above; else kCorruption.
    static Result<SentenceConfig> read(const std::string& folder);
};

}  // namespace temblor
