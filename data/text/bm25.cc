#include "data/text/bm25.h"

#include <cmath>
#include <utility>

#include "data/text/analyzer.h"
#include "data/text/term_counts.h"

namespace temblor {
namespace {

class Bm25DocumentEncoder final : public DocumentEncoder {
public:
    Bm25DocumentEncoder(const TextEncoderOptions& options, std::unique_ptr<Analyzer> analyzer)
        : options_(options), analyzer_(std::move(analyzer)) {}

    Status add(std::string_view text) override {
        terms_.clear();
        TEMBLOR_RETURN_IF_ERROR(analyzer_->analyze(text, [this](std::string_view term) {
            terms_.push_back(vocabulary_.component_of(term));
        }));
        counts_.add_terms(terms_);
        return {};
    }

    Result<EncodedCorpus> finish() override {
        EncoderConfig config;
        config.kind = "bm25";
        config.k1 = options_.k1;
        config.b = options_.b;
        config.mean_length = counts_.mean_length();
        config.language = options_.language;
        config.stop_words = options_.stop_words;

        EncodedCorpus corpus;
        TEMBLOR_ASSIGN_OR_RETURN(corpus.vocabulary, vocabulary_.finish());
        const auto documents = static_cast<double>(counts_.documents());
        std::vector<double> root_idf(vocabulary_.size());
        for (uint32_t c = 0; c < vocabulary_.size(); ++c) {
            const auto df = static_cast<double>(counts_.document_frequency(c));
            root_idf[c] = std::sqrt(std::log1p((documents - df + 0.5) / (df + 0.5)));
            corpus.encoder.query_weights.push_back(static_cast<float>(root_idf[c]));
        }
        TEMBLOR_ASSIGN_OR_RETURN(
            corpus.vectors,
            std::move(counts_).saturate({options_.k1, options_.b}, root_idf, vocabulary_.size()));
        corpus.encoder.config_json = write_encoder_config(config);
        return corpus;
    }

private:
    TextEncoderOptions options_;
    std::unique_ptr<Analyzer> analyzer_;
    VocabularyBuilder vocabulary_;
    TermCounts counts_;
    std::vector<uint32_t> terms_;
};

class Bm25TextEncoder final : public TextEncoder {
public:
    Bm25TextEncoder(std::unique_ptr<Analyzer> analyzer, std::vector<float> weights,
                    Vocabulary vocabulary)
        : analyzer_(std::move(analyzer)),
          weights_(std::move(weights)),
          vocabulary_(std::move(vocabulary)) {}

    [[nodiscard]] Result<SparseVector> encode_query(std::string_view text) const override {
        SparseVector query;
        TEMBLOR_RETURN_IF_ERROR(analyzer_->analyze(text, [&](std::string_view term) {
            const auto component = vocabulary_.find(term);
            if (!component || weights_[*component] <= 0) return;
            query.components.push_back(*component);
            query.values.push_back(weights_[*component]);
        }));
        query.sort_and_merge();
        return query;
    }

private:
    std::unique_ptr<Analyzer> analyzer_;
    std::vector<float> weights_;
    Vocabulary vocabulary_;
};

}  // namespace

Result<std::unique_ptr<DocumentEncoder>> make_bm25_document_encoder(
    const TextEncoderOptions& options) {
    TEMBLOR_RETURN_IF_ERROR(validate(Saturation{options.k1, options.b}));
    TEMBLOR_ASSIGN_OR_RETURN(auto analyzer,
                             Analyzer::create({options.language, options.stop_words}));
    return std::unique_ptr<DocumentEncoder>(
        std::make_unique<Bm25DocumentEncoder>(options, std::move(analyzer)));
}

Result<std::unique_ptr<TextEncoder>> load_bm25_text_encoder(const EncoderConfig& config,
                                                            std::vector<float> query_weights,
                                                            const Vocabulary& vocabulary) {
    auto analyzer = Analyzer::create({config.language, config.stop_words});
    if (!analyzer.is_ok()) {
        return Status::corruption("text encoder: " + analyzer.status().message());
    }
    return std::unique_ptr<TextEncoder>(std::make_unique<Bm25TextEncoder>(
        std::move(analyzer).value(), std::move(query_weights), vocabulary));
}

}  // namespace temblor
