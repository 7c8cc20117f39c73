#include "compress/model/splade_encoder.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <ATen/Parallel.h>
#include <ATen/ops/log1p.h>
#include <ATen/ops/relu.h>

#include "compress/model/torch/device.h"
#include "compress/model/torch/loaded_encoder.h"
#include "compress/model/torch/masked_lm_head.h"

namespace temblor {
namespace {

/// The scores above 0, of them the `top_k` largest (0: all).
SparseVector positive_entries(std::span<const float> scores, size_t top_k) {
    std::vector<uint32_t> words;
    for (size_t i = 0; i < scores.size(); ++i) {
        if (scores[i] > 0) words.push_back(static_cast<uint32_t>(i));
    }
    if (top_k != 0 && words.size() > top_k) {
        const auto middle = words.begin() + static_cast<std::ptrdiff_t>(top_k);
        std::nth_element(words.begin(), middle, words.end(), [&](uint32_t a, uint32_t b) {
            return scores[a] != scores[b] ? scores[a] > scores[b] : a < b;
        });
        words.erase(middle, words.end());
        std::sort(words.begin(), words.end());
    }
    SparseVector vector;
    vector.values.reserve(words.size());
    for (const uint32_t word : words) vector.values.push_back(scores[word]);
    vector.components = std::move(words);
    return vector;
}

}  // namespace

struct SpladeEncoder::Parts {
    std::unique_ptr<LoadedEncoder> encoder;
    MaskedLmHead head;
};

SpladeEncoder::SpladeEncoder(std::unique_ptr<const Parts> parts) : parts_(std::move(parts)) {}
SpladeEncoder::~SpladeEncoder() = default;

Result<std::unique_ptr<SpladeEncoder>> SpladeEncoder::open(const std::string& folder,
                                                           const ModelOptions& options) {
    auto parts = std::make_unique<Parts>();
    auto encoder = LoadedEncoder::open(
        folder, ModelHead::kMaskedLm, options,
        [&](WeightLoader& loader, const EncoderTorso& torso, const std::string&) {
            parts->head = MaskedLmHead::load(loader, torso.config(), torso.word_embeddings());
        });
    if (!encoder.is_ok()) return std::move(encoder).status();
    parts->encoder = std::move(encoder).value();
    return std::unique_ptr<SpladeEncoder>(new SpladeEncoder(std::move(parts)));
}

Result<std::vector<SparseVector>> SpladeEncoder::encode(std::span<const std::string_view> texts,
                                                        const SpladeOptions& options) const {
    Result<std::vector<TokenSequence>> tokens =
        parts_->encoder->tokenize(texts, {}, options.longest);
    if (!tokens.is_ok()) return std::move(tokens).status();
    return encode_tokens(tokens.value(), options);
}

Result<std::vector<SparseVector>> SpladeEncoder::encode_tokens(std::span<const TokenSequence> texts,
                                                               const SpladeOptions& options) const {
    std::vector<SparseVector> vectors(texts.size());
    TEMBLOR_RETURN_IF_ERROR(parts_->encoder->run(
        texts,
        [&](const RaggedBatch& batch, std::span<const size_t> order, const at::Tensor& hidden) {
            const at::Tensor largest = parts_->head.largest_logits(hidden, batch);
            // A GPU takes all logarithms at once, a core those of the few words that have one.
            const bool on_device = !largest.device().is_cpu();
            const at::Tensor scores = to_floats(on_device ? at::log1p(at::relu(largest)) : largest);
            const auto width = static_cast<size_t>(scores.size(1));
            const std::span<const float> all(scores.data_ptr<float>(), order.size() * width);
            const auto count = static_cast<int64_t>(order.size());
            at::parallel_for(0, count, 1, [&](int64_t begin, int64_t end) {
                for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
                    SparseVector& vector = vectors[order[i]];
                    vector = positive_entries(all.subspan(i * width, width), options.top_k);
                    if (on_device) continue;
                    for (float& value : vector.values) value = std::log1p(value);
                }
            });
        }));
    return vectors;
}

uint32_t SpladeEncoder::dimensions() const {
    return static_cast<uint32_t>(parts_->encoder->config().vocabulary);
}

}  // namespace temblor
