#include "compress/model/text_classifier.h"

#include <algorithm>

#include <fmt/format.h>

#include "compress/model/torch/classifier_head.h"
#include "compress/model/torch/device.h"
#include "compress/model/torch/loaded_encoder.h"
#include "compress/model/torch/ragged_pooling.h"

namespace temblor {

struct TextClassifier::Parts {
    std::unique_ptr<LoadedEncoder> encoder;
    ClassifierHead head;
};

TextClassifier::TextClassifier(std::unique_ptr<const Parts> parts) : parts_(std::move(parts)) {}
TextClassifier::~TextClassifier() = default;

Result<std::unique_ptr<TextClassifier>> TextClassifier::open(const std::string& folder,
                                                             const ModelOptions& options) {
    auto parts = std::make_unique<Parts>();
    auto encoder = LoadedEncoder::open(
        folder, ModelHead::kSequence, options,
        [&](WeightLoader& loader, const EncoderTorso& torso, const std::string& prefix) {
            parts->head = ClassifierHead::load(loader, torso.config(), prefix);
        });
    if (!encoder.is_ok()) return std::move(encoder).status();
    parts->encoder = std::move(encoder).value();
    return std::unique_ptr<TextClassifier>(new TextClassifier(std::move(parts)));
}

Result<std::vector<float>> TextClassifier::score_pairs(std::span<const std::string_view> firsts,
                                                       std::span<const std::string_view> seconds,
                                                       int64_t longest) const {
    if (firsts.size() != seconds.size()) {
        return Status::invalid_argument(
            fmt::format("pairs: {} first texts, {} second", firsts.size(), seconds.size()));
    }
    Result<std::vector<TokenSequence>> tokens = parts_->encoder->tokenize(firsts, seconds, longest);
    if (!tokens.is_ok()) return std::move(tokens).status();
    return score_tokens(tokens.value());
}

Result<std::vector<float>> TextClassifier::score_tokens(
    std::span<const TokenSequence> texts) const {
    const size_t width = labels().size();
    std::vector<float> scores(texts.size() * width);
    TEMBLOR_RETURN_IF_ERROR(parts_->encoder->run(
        texts,
        [&](const RaggedBatch& batch, std::span<const size_t> order, const at::Tensor& hidden) {
            const at::Tensor floats = to_floats(parts_->head(first_rows(hidden, batch)));
            const auto* values = floats.data_ptr<float>();
            for (size_t i = 0; i < order.size(); ++i) {
                std::copy_n(values + i * width, width,
                            scores.begin() + static_cast<std::ptrdiff_t>(order[i] * width));
            }
        }));
    return scores;
}

const std::vector<std::string>& TextClassifier::labels() const {
    return parts_->encoder->config().labels;
}

}  // namespace temblor
