#include "data/text/model_encoder.h"

#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "data/text/encoder_config.h"

namespace temblor {
namespace {

std::string described(const TextModelIdentity& model) {
    return fmt::format("{} (files {})", model.name, model.fingerprint);
}

class ModelDocumentEncoder final : public DocumentEncoder {
public:
    ModelDocumentEncoder(std::shared_ptr<const SparseTextModel> model, uint32_t batch)
        : model_(std::move(model)), batch_(batch) {}

    Status add(std::string_view text) override {
        texts_.emplace_back(text);
        return texts_.size() < batch_ ? Status::ok() : encode();
    }

    Result<EncodedCorpus> finish() override {
        TEMBLOR_RETURN_IF_ERROR(encode());
        EncodedCorpus corpus;
        corpus.vocabulary = model_->vocabulary();
        TEMBLOR_ASSIGN_OR_RETURN(corpus.vectors, vectors_.finish(corpus.vocabulary.size()));
        corpus.encoder.config_json = model_encoder_json(model_->identity());
        return corpus;
    }

private:
    Status encode() {
        if (texts_.empty()) return Status::ok();
        const std::vector<std::string_view> views(texts_.begin(), texts_.end());
        Result<std::vector<SparseVector>> rows = model_->encode_documents(views);
        if (!rows.is_ok()) return std::move(rows).status().with_context(model_->identity().name);
        for (const SparseVector& row : *rows) vectors_.add(row.view());
        texts_.clear();
        return Status::ok();
    }

    std::shared_ptr<const SparseTextModel> model_;
    uint32_t batch_;
    std::vector<std::string> texts_;
    SparseDatasetBuilder vectors_;
};

class ModelTextEncoder final : public TextEncoder {
public:
    explicit ModelTextEncoder(std::shared_ptr<const SparseTextModel> model)
        : model_(std::move(model)) {}

    [[nodiscard]] Result<SparseVector> encode_query(std::string_view text) const override {
        return model_->encode_query(text);
    }

private:
    std::shared_ptr<const SparseTextModel> model_;
};

class MissingModelEncoder final : public TextEncoder {
public:
    explicit MissingModelEncoder(TextModelIdentity model) : model_(std::move(model)) {}

    [[nodiscard]] Result<SparseVector> encode_query(std::string_view) const override {
        return Status::invalid_argument(fmt::format(
            "text needs the model that the index was built with, {}: give its folder (--encoder)",
            described(model_)));
    }

private:
    TextModelIdentity model_;
};

}  // namespace

Result<std::unique_ptr<DocumentEncoder>> make_model_document_encoder(
    std::shared_ptr<const SparseTextModel> model, uint32_t batch) {
    if (batch == 0) return Status::invalid_argument("batch: expected at least 1, got 0");
    return std::unique_ptr<DocumentEncoder>(
        std::make_unique<ModelDocumentEncoder>(std::move(model), batch));
}

std::unique_ptr<TextEncoder> make_model_text_encoder(std::shared_ptr<const SparseTextModel> model) {
    return std::make_unique<ModelTextEncoder>(std::move(model));
}

std::string model_encoder_json(const TextModelIdentity& identity) {
    EncoderConfig config;
    config.kind = "model";
    config.model = identity;
    return write_encoder_config(config);
}

Status check_same_model(const std::string& config_json, const TextModelIdentity& given) {
    TEMBLOR_ASSIGN_OR_RETURN(const EncoderConfig config, parse_encoder_config(config_json));
    if (config.kind != "model") {
        return Status::invalid_argument(fmt::format(
            "encoder: the index was built with {}, not with a model: leave the model {} out",
            config.kind, given.name));
    }
    if (config.model.fingerprint == given.fingerprint) return Status::ok();
    return Status::invalid_argument(
        fmt::format("encoder: the index was built with the model {}, expected that one, got {}",
                    described(config.model), described(given)));
}

std::unique_ptr<TextEncoder> make_missing_model_encoder(TextModelIdentity model) {
    return std::make_unique<MissingModelEncoder>(std::move(model));
}

}  // namespace temblor
