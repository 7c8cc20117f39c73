#include "compress/model/text_models.h"

#include <utility>
#include <vector>

#include <fmt/format.h>

#include "compress/model/files/model_config.h"
#include "compress/model/files/sentence_config.h"
#include "compress/model/model_fingerprint.h"
#include "compress/model/sentence_encoder.h"
#include "compress/model/splade_encoder.h"
#include "compress/model/tokenizer/tokenizer.h"

namespace temblor {
namespace {

Result<TextModelIdentity> identity_of(const std::string& folder, int64_t max_tokens) {
    TEMBLOR_ASSIGN_OR_RETURN(TextModelIdentity identity, text_model_identity(folder));
    identity.max_tokens = static_cast<uint64_t>(max_tokens);
    return identity;
}

/// Every component's token. Models have more rows than tokens: those get names of their own.
Result<Vocabulary> vocabulary_of(const std::string& folder, uint32_t dimensions) {
    TEMBLOR_ASSIGN_OR_RETURN(const auto tokenizer, Tokenizer::open(folder));
    std::vector<std::string> tokens;
    tokens.reserve(dimensions);
    for (uint32_t id = 0; id < dimensions; ++id) {
        std::optional<std::string> token = tokenizer->token(id);
        tokens.push_back(token ? *std::move(token) : fmt::format("[row {}]", id));
    }
    return Vocabulary::from_tokens(tokens);
}

class SpladeModel final : public SparseTextModel {
public:
    SpladeModel(std::unique_ptr<SpladeEncoder> encoder, TextModelIdentity identity,
                Vocabulary vocabulary, SpladeOptions options)
        : encoder_(std::move(encoder)),
          identity_(std::move(identity)),
          vocabulary_(std::move(vocabulary)),
          options_(options) {}

    [[nodiscard]] const TextModelIdentity& identity() const override { return identity_; }
    [[nodiscard]] const Vocabulary& vocabulary() const override { return vocabulary_; }
    [[nodiscard]] Result<std::vector<SparseVector>> encode_documents(
        std::span<const std::string_view> texts) const override {
        return encoder_->encode(texts, options_);
    }
    [[nodiscard]] Result<SparseVector> encode_query(std::string_view text) const override {
        SpladeOptions all = options_;
        all.top_k = 0;
        Result<std::vector<SparseVector>> rows = encoder_->encode({&text, 1}, all);
        if (!rows.is_ok()) return std::move(rows).status();
        return std::move(rows->front());
    }

private:
    std::unique_ptr<SpladeEncoder> encoder_;
    TextModelIdentity identity_;
    Vocabulary vocabulary_;
    SpladeOptions options_;
};

class SentenceModel final : public DenseTextModel {
public:
    SentenceModel(std::unique_ptr<SentenceEncoder> encoder, TextModelIdentity identity,
                  SentenceOptions options)
        : encoder_(std::move(encoder)), identity_(std::move(identity)), options_(options) {}

    [[nodiscard]] const TextModelIdentity& identity() const override { return identity_; }
    [[nodiscard]] uint32_t size() const override {
        return static_cast<uint32_t>(encoder_->dimensions());
    }
    [[nodiscard]] Result<std::vector<float>> encode(
        std::span<const std::string_view> texts) const override {
        return encoder_->encode(texts, options_);
    }

private:
    std::unique_ptr<SentenceEncoder> encoder_;
    TextModelIdentity identity_;
    SentenceOptions options_;
};

}  // namespace

Result<TextModelKind> text_model_kind(const std::string& folder) {
    const Result<SentenceConfig> sentence = SentenceConfig::read(folder);
    // Its files also describe sparse encoders, by modules that are not read.
    if (!sentence.is_ok() && sentence.status().code() != StatusCode::kUnimplemented)
        return sentence.status();
    const bool given = sentence.is_ok() && sentence->given;
    TEMBLOR_ASSIGN_OR_RETURN(const ModelConfig config,
                             ModelConfig::read(given ? sentence->model_folder : folder));
    if (is_encoder(config.architecture)) {
        if (given) return TextModelKind::kDense;
        if (config.head == ModelHead::kMaskedLm) return TextModelKind::kSparse;
        if (config.head == ModelHead::kNone) return TextModelKind::kDense;
        if (config.head == ModelHead::kSequence) return TextModelKind::kScores;
    }
    return Status::unimplemented(config.path +
                                 ": expected an encoder of text, its \"architectures\" one of "
                                 "...ForMaskedLM, ...Model, ...ForSequenceClassification");
}

Result<TextModelIdentity> text_model_identity(const std::string& folder) {
    TextModelIdentity identity;
    identity.name = model_name(folder);
    TEMBLOR_ASSIGN_OR_RETURN(identity.fingerprint, model_fingerprint(folder));
    return identity;
}

Result<std::shared_ptr<const SparseTextModel>> open_sparse_text_model(
    const std::string& folder, const TextModelOptions& options) {
    Result<std::unique_ptr<SpladeEncoder>> encoder = SpladeEncoder::open(folder, options.model);
    if (!encoder.is_ok()) return std::move(encoder).status();
    TEMBLOR_ASSIGN_OR_RETURN(TextModelIdentity identity, identity_of(folder, options.max_tokens));
    TEMBLOR_ASSIGN_OR_RETURN(Vocabulary vocabulary,
                             vocabulary_of(folder, encoder.value()->dimensions()));
    return std::shared_ptr<const SparseTextModel>(std::make_shared<SpladeModel>(
        std::move(encoder).value(), std::move(identity), std::move(vocabulary),
        SpladeOptions{options.max_tokens, options.top_k}));
}

Result<std::shared_ptr<const DenseTextModel>> open_dense_text_model(
    const std::string& folder, const TextModelOptions& options) {
    Result<std::unique_ptr<SentenceEncoder>> encoder = SentenceEncoder::open(folder, options.model);
    if (!encoder.is_ok()) return std::move(encoder).status();
    TEMBLOR_ASSIGN_OR_RETURN(TextModelIdentity identity, identity_of(folder, options.max_tokens));
    SentenceOptions sentence;
    sentence.longest = options.max_tokens;
    return std::shared_ptr<const DenseTextModel>(
        std::make_shared<SentenceModel>(std::move(encoder).value(), std::move(identity), sentence));
}

}  // namespace temblor
