#include "compress/model/torch/written_answer.h"

#include <algorithm>

namespace temblor {

WrittenAnswer::WrittenAnswer(const GenerationOptions& options, const ModelConfig& config,
                             const Tokenizer* tokenizer)
    : options_(options), config_(config), sampler_(options) {
    if (tokenizer != nullptr) decoder_ = std::make_unique<StreamDecoder>(*tokenizer);
    finished_ = options.max_tokens == 0;
}

bool WrittenAnswer::takes_best() const {
    return options_.temperature <= 0 && !options_.log_probabilities;
}

void WrittenAnswer::add_of(std::span<const float> logits) {
    const uint32_t id = sampler_.choose(logits);
    add_token(id, options_.log_probabilities ? log_probability(logits, id) : 0);
}

void WrittenAnswer::add_token(uint32_t id, float log_probability) {
    const bool end = std::ranges::find(config_.end_ids, int64_t{id}) != config_.end_ids.end();
    if (end && !options_.ignore_end) return finish(FinishReason::kEnd);
    if (std::ranges::find(options_.stop_ids, id) != options_.stop_ids.end()) {
        return finish(FinishReason::kStop);
    }
    answer_.ids.push_back(id);
    if (options_.log_probabilities) answer_.log_probabilities.push_back(log_probability);
    if (decoder_ != nullptr) add_text(decoder_->push(id));
    if (tell_ && !tell_(id) && !finished_) return finish(FinishReason::kStop);
    if (!finished_ && static_cast<int64_t>(answer_.ids.size()) >= options_.max_tokens) {
        finish(FinishReason::kLength);
    }
}

void WrittenAnswer::add_text(Result<std::string> piece) {
    if (!piece.is_ok()) {
        status_ = std::move(piece).status();
        finished_ = true;
        return;
    }
    const size_t fresh = answer_.text.size();
    answer_.text += piece.value();
    size_t first = std::string::npos;
    for (const std::string& stop : options_.stop) {
        const size_t from = fresh - std::min(fresh, stop.size() - 1);
        first = std::min(first, answer_.text.find(stop, from));
    }
    if (first == std::string::npos) return;
    answer_.text.resize(first);
    answer_.finish = FinishReason::kStop;
    finished_ = true;
}

void WrittenAnswer::finish(FinishReason reason) {
    answer_.finish = reason;
    finished_ = true;
    if (decoder_ != nullptr) {
        Result<std::string> rest = decoder_->finish();
        if (rest.is_ok()) answer_.text += rest.value();
    }
}

Generation WrittenAnswer::take() { return std::move(answer_); }

}  // namespace temblor
