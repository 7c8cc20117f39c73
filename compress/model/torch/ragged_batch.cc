#include "compress/model/torch/ragged_batch.h"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "compress/model/torch/device.h"

namespace temblor {
namespace {

/// BERT counts from 0; RoBERTa from the padding id + 1, and a padding token in a text stands still.
void add_positions(const TokenSequence& text, const ModelConfig& config,
                   std::vector<int64_t>& positions) {
    const bool roberta = config.architecture == Architecture::kRoberta ||
                         config.architecture == Architecture::kXlmRoberta;
    int64_t next = roberta ? config.padding_id + 1 : 0;
    for (const uint32_t id : text.ids) {
        const bool still = roberta && static_cast<int64_t>(id) == config.padding_id;
        positions.push_back(still ? config.padding_id : next++);
    }
}

}  // namespace

Status check_sequence(const TokenSequence& text, const ModelConfig& config, size_t place) {
    if (text.ids.empty()) {
        return Status::invalid_argument(fmt::format("text {}: has no tokens", place));
    }
    if (static_cast<int64_t>(text.ids.size()) > config.longest_input()) {
        return Status::invalid_argument(fmt::format("text {}: {} tokens, the model takes {}", place,
                                                    text.ids.size(), config.longest_input()));
    }
    for (const uint32_t id : text.ids) {
        if (id >= config.vocabulary) {
            return Status::invalid_argument(fmt::format("text {}: token id {}, the model has {}",
                                                        place, id, config.vocabulary));
        }
    }
    if (!text.types.empty() && text.types.size() != text.ids.size()) {
        return Status::invalid_argument(fmt::format("text {}: {} token types for {} tokens", place,
                                                    text.types.size(), text.ids.size()));
    }
    for (const uint8_t type : text.types) {
        if (config.token_types > 0 && type >= config.token_types) {
            return Status::invalid_argument(fmt::format("text {}: token type {}, the model has {}",
                                                        place, type, config.token_types));
        }
    }
    return Status::ok();
}

RaggedBatch make_ragged_batch(std::span<const TokenSequence> texts, std::span<const size_t> order,
                              const ModelConfig& config, at::Device device) {
    RaggedBatch batch;
    std::vector<int64_t> ids;
    std::vector<int64_t> types;
    std::vector<int64_t> positions;
    for (const size_t number : order) {
        const TokenSequence& text = texts[number];
        const auto length = static_cast<int64_t>(text.ids.size());
        batch.begins.push_back(batch.tokens);
        batch.lengths.push_back(length);
        batch.tokens += length;
        batch.longest = std::max(batch.longest, length);
        ids.insert(ids.end(), text.ids.begin(), text.ids.end());
        types.insert(types.end(), text.types.begin(), text.types.end());
        types.resize(ids.size(), 0);
        add_positions(text, config, positions);
    }
    batch.ids = to_device(ids, device);
    batch.positions = to_device(positions, device);
    if (config.token_types > 0) batch.types = to_device(types, device);
    return batch;
}

std::vector<std::vector<size_t>> batches_by_length(std::span<const TokenSequence> texts,
                                                   int64_t tokens) {
    std::vector<size_t> order(texts.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](size_t a, size_t b) { return texts[a].ids.size() > texts[b].ids.size(); });
    std::vector<std::vector<size_t>> batches;
    int64_t room = 0;
    for (const size_t number : order) {
        const auto length = static_cast<int64_t>(texts[number].ids.size());
        if (batches.empty() || length > room) {
            batches.emplace_back();
            room = tokens;
        }
        batches.back().push_back(number);
        room -= length;
    }
    return batches;
}

}  // namespace temblor
