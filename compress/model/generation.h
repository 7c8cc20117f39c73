#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compress/model/reader_input.h"

namespace temblor {

struct GenerationOptions {
    int64_t max_tokens = 256;
    double temperature = 0;  ///< 0: the most likely token
    int64_t top_k = 0;       ///< only the k most likely; 0: all
    double top_p = 1;        ///< only the most likely that together reach p
    uint64_t seed = 0;
    /// End after any of these; they are not part of the result.
    std::vector<uint32_t> stop_ids = {};
    /// End when the text holds any of these; the result's text ends before it. Needs the folder's
    /// tokenizer.
    std::vector<std::string> stop = {};
    bool ignore_end = false;  ///< whether the model's own end tokens are ordinary ones
    bool log_probabilities = false;
};

enum class FinishReason : uint8_t { kLength, kStop, kEnd };

struct GenerationRequest {
    ReaderInput input;         ///< at least one row
    KvCache* cache = nullptr;  ///< not null; holds input and answer afterwards
    GenerationOptions options;
};

struct Generation {
    std::vector<uint32_t> ids;             ///< without end and stop tokens
    std::string text;                      ///< of the ids; empty where the folder has no tokenizer
    std::vector<float> log_probabilities;  ///< of the ids by the unscaled distribution, if asked
    FinishReason finish = FinishReason::kLength;
};

}  // namespace temblor
