// What libtemblor_models.so offers.
#include "compress/model/models_module.h"

#include <utility>
#include <vector>

#include <fmt/format.h>

#include "compress/model/sentence_encoder.h"
#include "compress/model/splade_encoder.h"
#include "compress/model/text_classifier.h"
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

class PairModel final : public PairScoreModel {
public:
    PairModel(std::unique_ptr<const TextClassifier> classifier, int64_t longest)
        : classifier_(std::move(classifier)), longest_(longest) {}

    [[nodiscard]] Result<std::vector<float>> score(
        std::string_view query, std::span<const std::string_view> documents) const override {
        const std::vector<std::string_view> queries(documents.size(), query);
        return classifier_->score_pairs(queries, documents, longest_);
    }

private:
    std::unique_ptr<const TextClassifier> classifier_;
    int64_t longest_;
};

Result<std::shared_ptr<const SparseTextModel>> open_sparse(const std::string& folder,
                                                           const TextModelOptions& options) {
    Result<std::unique_ptr<SpladeEncoder>> encoder = SpladeEncoder::open(folder, options.model);
    if (!encoder.is_ok()) return std::move(encoder).status();
    TEMBLOR_ASSIGN_OR_RETURN(TextModelIdentity identity, identity_of(folder, options.max_tokens));
    TEMBLOR_ASSIGN_OR_RETURN(Vocabulary vocabulary,
                             vocabulary_of(folder, encoder.value()->dimensions()));
    return std::shared_ptr<const SparseTextModel>(std::make_shared<SpladeModel>(
        std::move(encoder).value(), std::move(identity), std::move(vocabulary),
        SpladeOptions{options.max_tokens, options.top_k}));
}

Result<std::shared_ptr<const DenseTextModel>> open_dense(const std::string& folder,
                                                         const TextModelOptions& options) {
    Result<std::unique_ptr<SentenceEncoder>> encoder = SentenceEncoder::open(folder, options.model);
    if (!encoder.is_ok()) return std::move(encoder).status();
    TEMBLOR_ASSIGN_OR_RETURN(TextModelIdentity identity, identity_of(folder, options.max_tokens));
    SentenceOptions sentence;
    sentence.longest = options.max_tokens;
    return std::shared_ptr<const DenseTextModel>(
        std::make_shared<SentenceModel>(std::move(encoder).value(), std::move(identity), sentence));
}

Result<std::shared_ptr<const PairScoreModel>> open_scores(const std::string& folder,
                                                          const TextModelOptions& options) {
    Result<std::unique_ptr<TextClassifier>> classifier =
        TextClassifier::open(folder, options.model);
    if (!classifier.is_ok()) return std::move(classifier).status();
    if (const size_t labels = classifier.value()->labels().size(); labels != 1) {
        return Status::unimplemented(
            fmt::format("{}: expected a cross-encoder of one label, found {}", folder, labels));
    }
    return std::shared_ptr<const PairScoreModel>(
        std::make_shared<PairModel>(std::move(classifier).value(), options.max_tokens));
}

constexpr ModelsModule kModule = {open_sparse, open_dense, open_scores};

}  // namespace
}  // namespace temblor

extern "C" [[gnu::visibility("default")]] const temblor::ModelsModule* temblor_models_module(
    const char* build) {
    return std::string_view(build) == temblor::models_module_build() ? &temblor::kModule : nullptr;
}
