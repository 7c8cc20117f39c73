#include "data/text/inference_free.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>
#include <simdjson.h>

#include "data/text/small_file.h"
#include "data/text/term_counts.h"
#include "data/text/wordpiece.h"

namespace temblor {
namespace {

Status read_idf(std::string_view content, const Vocabulary& vocabulary,
                std::vector<float>& weights) {
    simdjson::dom::parser parser;
    simdjson::dom::element root;
    simdjson::dom::object table;
    if (parser.parse(content.data(), content.size()).get(root) != simdjson::SUCCESS ||
        root.get(table) != simdjson::SUCCESS) {
        return Status::invalid_argument("expected a JSON object from tokens to weights");
    }
    for (const auto field : table) {
        const auto component = vocabulary.find(field.key);
        if (!component) {
            return Status::invalid_argument(
                fmt::format("token \"{}\" is not in the WordPiece vocabulary", field.key));
        }
        double weight = 0;
        if (field.value.get(weight) != simdjson::SUCCESS || weight < 0 ||
            weight > std::numeric_limits<float>::max()) {
            return Status::invalid_argument(
                fmt::format("token \"{}\": expected a weight of at least 0", field.key));
        }
        weights[*component] = static_cast<float>(weight);
    }
    return {};
}

class InferenceFreeDocumentEncoder final : public DocumentEncoder {
public:
    InferenceFreeDocumentEncoder(const TextEncoderOptions& options,
                                 std::unique_ptr<WordPiece> wordpiece, std::vector<float> idf)
        : options_(options), wordpiece_(std::move(wordpiece)), idf_(std::move(idf)) {}

    Status add(std::string_view text) override {
        TEMBLOR_ASSIGN_OR_RETURN(auto pieces, wordpiece_->tokenize(text));
        std::erase_if(pieces, [this](uint32_t piece) { return wordpiece_->is_special(piece); });
        counts_.add_terms(pieces);
        return {};
    }

    Result<EncodedCorpus> finish() override {
        const WordPieceOptions& words = wordpiece_->options();
        EncoderConfig config;
        config.kind = "inference-free";
        config.k1 = options_.k1;
        config.b = options_.b;
        config.mean_length = counts_.mean_length();
        config.lower_case = words.lower_case;
        config.strip_accents = words.strip_accents;
        config.unknown = words.unknown;
        config.continuation = words.continuation;
        config.max_word_characters = words.max_word_characters;

        EncodedCorpus corpus;
        corpus.vocabulary = wordpiece_->vocabulary();
        TEMBLOR_ASSIGN_OR_RETURN(
            corpus.vectors,
            std::move(counts_).saturate({options_.k1, options_.b}, {}, corpus.vocabulary.size()));
        corpus.encoder.config_json = write_encoder_config(config);
        corpus.encoder.query_weights = std::move(idf_);
        return corpus;
    }

private:
    TextEncoderOptions options_;
    std::unique_ptr<WordPiece> wordpiece_;
    std::vector<float> idf_;
    TermCounts counts_;
};

class InferenceFreeTextEncoder final : public TextEncoder {
public:
    InferenceFreeTextEncoder(std::unique_ptr<WordPiece> wordpiece, std::vector<float> idf)
        : wordpiece_(std::move(wordpiece)), idf_(std::move(idf)) {}

    [[nodiscard]] Result<SparseVector> encode_query(std::string_view text) const override {
        SparseVector query;
        TEMBLOR_ASSIGN_OR_RETURN(query.components, wordpiece_->tokenize(text));
        std::sort(query.components.begin(), query.components.end());
        query.components.erase(std::unique(query.components.begin(), query.components.end()),
                               query.components.end());
        std::erase_if(query.components, [this](uint32_t piece) { return idf_[piece] <= 0; });
        for (const uint32_t piece : query.components) query.values.push_back(idf_[piece]);
        return query;
    }

private:
    std::unique_ptr<WordPiece> wordpiece_;
    std::vector<float> idf_;
};

}  // namespace

Result<std::unique_ptr<DocumentEncoder>> make_inference_free_document_encoder(
    const TextEncoderOptions& options) {
    TEMBLOR_RETURN_IF_ERROR(validate(Saturation{options.k1, options.b}));
    if (options.wordpiece_vocabulary.empty() || options.idf.empty()) {
        return Status::invalid_argument(
            "encoder inference-free needs a WordPiece vocabulary (vocab.txt or tokenizer.json) and "
            "an idf table (idf.json)");
    }
    TEMBLOR_ASSIGN_OR_RETURN(auto wordpiece, load_wordpiece(options.wordpiece_vocabulary));
    TEMBLOR_ASSIGN_OR_RETURN(const std::string content, read_small_file(options.idf));
    std::vector<float> idf(wordpiece->vocabulary().size(), 1.0F);
    TEMBLOR_RETURN_IF_ERROR(
        read_idf(content, wordpiece->vocabulary(), idf).with_context(options.idf));
    for (uint32_t c = 0; c < idf.size(); ++c) {
        if (wordpiece->is_special(c)) idf[c] = 0;
    }
    return std::unique_ptr<DocumentEncoder>(std::make_unique<InferenceFreeDocumentEncoder>(
        options, std::move(wordpiece), std::move(idf)));
}

Result<std::unique_ptr<TextEncoder>> load_inference_free_text_encoder(
    const EncoderConfig& config, std::vector<float> query_weights, const Vocabulary& vocabulary) {
    WordPieceOptions options;
    options.lower_case = config.lower_case;
    options.strip_accents = config.strip_accents;
    options.unknown = config.unknown;
    options.continuation = config.continuation;
    options.max_word_characters = config.max_word_characters;
    auto wordpiece = WordPiece::create(std::move(options), vocabulary);
    if (!wordpiece.is_ok()) {
        return Status::corruption("text encoder: " + wordpiece.status().message());
    }
    return std::unique_ptr<TextEncoder>(std::make_unique<InferenceFreeTextEncoder>(
        std::move(wordpiece).value(), std::move(query_weights)));
}

}  // namespace temblor
