#include "compress/model/sentence_encoder.h"

#include <algorithm>

#include <ATen/TensorOperators.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <fmt/format.h>

#include "compress/model/torch/device.h"
#include "compress/model/torch/loaded_encoder.h"
#include "compress/model/torch/ragged_pooling.h"

namespace temblor {

struct SentenceEncoder::Parts {
    SentenceConfig sentence;
    std::unique_ptr<LoadedEncoder> encoder;
};

SentenceEncoder::SentenceEncoder(std::unique_ptr<const Parts> parts) : parts_(std::move(parts)) {}
SentenceEncoder::~SentenceEncoder() = default;

Result<std::unique_ptr<SentenceEncoder>> SentenceEncoder::open(const std::string& folder,
                                                               const ModelOptions& options) {
    auto parts = std::make_unique<Parts>();
    Result<SentenceConfig> sentence = SentenceConfig::read(folder);
    if (!sentence.is_ok()) return std::move(sentence).status();
    parts->sentence = std::move(sentence).value();
    auto encoder =
        LoadedEncoder::open(parts->sentence.model_folder, ModelHead::kNone, options,
                            [](WeightLoader&, const EncoderTorso&, const std::string&) {});
    if (!encoder.is_ok()) return std::move(encoder).status();
    parts->encoder = std::move(encoder).value();
    return std::unique_ptr<SentenceEncoder>(new SentenceEncoder(std::move(parts)));
}

Result<std::vector<float>> SentenceEncoder::encode(std::span<const std::string_view> texts,
                                                   const SentenceOptions& options) const {
    const int64_t longest = options.longest != 0 ? options.longest : parts_->sentence.longest;
    Result<std::vector<TokenSequence>> tokens = parts_->encoder->tokenize(texts, {}, longest);
    if (!tokens.is_ok()) return std::move(tokens).status();
    return encode_tokens(tokens.value(), options);
}

Result<std::vector<float>> SentenceEncoder::encode_tokens(std::span<const TokenSequence> texts,
                                                          const SentenceOptions& options) const {
    if (options.dimensions < 0 || options.dimensions > dimensions()) {
        return Status::invalid_argument(fmt::format("dimensions: expected 1 to {}, found {}",
                                                    dimensions(), options.dimensions));
    }
    const int64_t kept = options.dimensions == 0 ? dimensions() : options.dimensions;
    const auto width = static_cast<size_t>(kept);
    std::vector<float> vectors(texts.size() * width);
    TEMBLOR_RETURN_IF_ERROR(parts_->encoder->run(texts, [&](const RaggedBatch& batch,
                                                            std::span<const size_t> order,
                                                            const at::Tensor& hidden) {
        at::Tensor rows = pool(hidden, batch, options.pooling.value_or(parts_->sentence.pooling))
                              .narrow(1, 0, kept);
        if (options.normalize.value_or(parts_->sentence.normalize)) {
            rows = rows / at::linalg_vector_norm(rows, 2, {1}, /*keepdim=*/true).clamp_min(1e-12);
        }
        const at::Tensor floats = to_floats(rows);
        const auto* values = floats.data_ptr<float>();
        for (size_t i = 0; i < order.size(); ++i) {
            std::copy_n(values + i * width, width,
                        vectors.begin() + static_cast<std::ptrdiff_t>(order[i] * width));
        }
    }));
    return vectors;
}

int64_t SentenceEncoder::dimensions() const { return parts_->encoder->config().hidden; }

}  // namespace temblor
