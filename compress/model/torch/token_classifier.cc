#include "compress/model/token_classifier.h"

#include "compress/model/torch/classifier_head.h"
#include "compress/model/torch/device.h"
#include "compress/model/torch/loaded_encoder.h"

namespace temblor {

struct TokenClassifier::Parts {
    std::unique_ptr<LoadedEncoder> encoder;
    ClassifierHead head;
};

TokenClassifier::TokenClassifier(std::unique_ptr<const Parts> parts) : parts_(std::move(parts)) {}
TokenClassifier::~TokenClassifier() = default;

Result<std::unique_ptr<TokenClassifier>> TokenClassifier::open(const std::string& folder,
                                                               const ModelOptions& options) {
    auto parts = std::make_unique<Parts>();
    auto encoder = LoadedEncoder::open(
        folder, ModelHead::kToken, options,
        [&](WeightLoader& loader, const EncoderTorso& torso, const std::string& prefix) {
            parts->head = ClassifierHead::load(loader, torso.config(), prefix);
        });
    if (!encoder.is_ok()) return std::move(encoder).status();
    parts->encoder = std::move(encoder).value();
    return std::unique_ptr<TokenClassifier>(new TokenClassifier(std::move(parts)));
}

Result<std::vector<TokenScores>> TokenClassifier::score(std::span<const std::string_view> texts,
                                                        int64_t longest) const {
    std::vector<std::vector<ByteSpan>> offsets;
    Result<std::vector<TokenSequence>> tokens =
        parts_->encoder->tokenize(texts, {}, longest, &offsets);
    if (!tokens.is_ok()) return std::move(tokens).status();
    Result<std::vector<TokenScores>> scores = score_tokens(tokens.value());
    if (!scores.is_ok()) return scores;
    for (size_t i = 0; i < offsets.size(); ++i) {
        scores.value()[i].offsets = std::move(offsets[i]);
    }
    return scores;
}

Result<std::vector<TokenScores>> TokenClassifier::score_tokens(
    std::span<const TokenSequence> texts) const {
    const size_t width = labels().size();
    std::vector<TokenScores> results(texts.size());
    TEMBLOR_RETURN_IF_ERROR(parts_->encoder->run(
        texts,
        [&](const RaggedBatch& batch, std::span<const size_t> order, const at::Tensor& hidden) {
            const at::Tensor floats = to_floats(parts_->head(hidden));
            const auto* values = floats.data_ptr<float>();
            for (size_t i = 0; i < order.size(); ++i) {
                const auto* begin = values + static_cast<size_t>(batch.begins[i]) * width;
                results[order[i]].scores.assign(
                    begin, begin + static_cast<size_t>(batch.lengths[i]) * width);
            }
        }));
    return results;
}

const std::vector<std::string>& TokenClassifier::labels() const {
    return parts_->encoder->config().labels;
}

}  // namespace temblor
