#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "compress/model/files/model_config.h"
#include "compress/model/generation.h"
#include "compress/model/sampler.h"
#include "compress/model/tokenizer/stream_decoder.h"
#include "compress/model/tokenizer/tokenizer.h"
#include "data/status.h"

namespace temblor {

/// An answer while it is written: takes tokens, spells them, knows when it ends. Not thread-safe.
class WrittenAnswer {
public:
    /// What it is given must outlive it; `tokenizer` may be null.
    WrittenAnswer(const GenerationOptions& options, const ModelConfig& config,
                  const Tokenizer* tokenizer);

    /// Whether the most likely token is all it wants to know of a step.
    [[nodiscard]] bool takes_best() const;
    /// Takes a token.
    void add(uint32_t id) { add_token(id, 0); }
    /// Chooses a token by its scores and takes it.
    void add_of(std::span<const float> logits);
    /// Told of each token; it ends the answer by false.
    void on_token(std::function<bool(uint32_t)> tell) { tell_ = std::move(tell); }

    [[nodiscard]] bool finished() const { return finished_; }
    [[nodiscard]] uint32_t last() const { return answer_.ids.back(); }
    [[nodiscard]] const Status& status() const { return status_; }
    /// The answer; once, when it is finished.
    [[nodiscard]] Generation take();

private:
    void add_token(uint32_t id, float log_probability);
    void finish(FinishReason reason);
    /// Adds to the text and looks for a stop.
    void add_text(Result<std::string> piece);

    const GenerationOptions& options_;
    const ModelConfig& config_;
    Sampler sampler_;
    std::unique_ptr<StreamDecoder> decoder_;
    std::function<bool(uint32_t)> tell_;
    Generation answer_;
    Status status_;
    bool finished_ = false;
};

}  // namespace temblor
