#include "data/formats/jsonl_reader.h"

#include <memory>
#include <unordered_map>

#include "data/formats/jsonl_rows.h"
#include "data/text/model_encoder.h"

namespace temblor {
namespace {

constexpr uint32_t kMostTokens = UINT32_MAX - 1;

/// Collects documents in whatever shape their lines have.
class DocumentSink {
public:
    DocumentSink(const CollectionReaderOptions& options, JsonlRows& rows)
        : options_(options), rows_(rows) {}

    Status add(const JsonlLine& line) {
        switch (line.shape) {
            case LineShape::kText:
                return add_text(line);
            case LineShape::kTokens:
                return add_tokens(line);
            case LineShape::kIndices:
                return add_indices(line);
        }
        return Status::internal("a line shape without a reader");
    }

    Status finish(Corpus& collection) {
        if (encoder_ != nullptr) {
            TEMBLOR_ASSIGN_OR_RETURN(EncodedCorpus corpus, encoder_->finish());
            collection.vectors = std::move(corpus.vectors);
            collection.vocabulary = std::move(corpus.vocabulary);
            collection.encoder = std::move(corpus.encoder);
            return Status::ok();
        }
        if (fixed_) {
            collection.vocabulary = std::move(fixed_->vocabulary);
            collection.encoder = std::move(fixed_->encoder);
        } else {
            TEMBLOR_ASSIGN_OR_RETURN(collection.vocabulary, tokens_.finish());
        }
        TEMBLOR_ASSIGN_OR_RETURN(collection.vectors, vectors_.finish(collection.vocabulary.size()));
        return Status::ok();
    }

private:
    Status add_text(const JsonlLine& line) {
        if (options_.model != nullptr && encoder_ == nullptr) {
            TEMBLOR_ASSIGN_OR_RETURN(
                encoder_, make_model_document_encoder(options_.model, options_.model_batch));
        }
        if (!options_.encoder && encoder_ == nullptr) {
            return Status::invalid_argument(
                "field text: needs --encoder (bm25, inference-free or a model's folder) to become "
                "a vector");
        }
        if (encoder_ == nullptr) {
            TEMBLOR_ASSIGN_OR_RETURN(encoder_, make_document_encoder(*options_.encoder));
        }
        return encoder_->add(line.full_text());
    }

    /// With an encoder whose vocabulary does not come from the documents, given vectors are in that
    /// vocabulary: an encoder that was given no text hands it over.
    Status fix_vocabulary() {
        if (options_.model != nullptr)
            return Status::invalid_argument("a model needs text, the line holds a vector");
        if (!options_.encoder || fixed_) return Status::ok();
        if (options_.encoder->kind != "inference-free") {
            return Status::invalid_argument("encoder " + options_.encoder->kind +
                                            " needs text, the line holds a vector");
        }
        TEMBLOR_ASSIGN_OR_RETURN(auto encoder, make_document_encoder(*options_.encoder));
        TEMBLOR_ASSIGN_OR_RETURN(fixed_, encoder->finish());
        const Vocabulary& vocabulary = fixed_->vocabulary;
        for (uint32_t c = 0; c < vocabulary.size(); ++c) fixed_tokens_[vocabulary.token(c)] = c;
        return Status::ok();
    }

    Status add_tokens(const JsonlLine& line) {
        TEMBLOR_RETURN_IF_ERROR(fix_vocabulary());
        uint64_t unknown = 0;
        std::string stranger;
        const auto component_of = [&](std::string_view token) -> std::optional<uint32_t> {
            if (!fixed_) {
                if (tokens_.size() >= kMostTokens) return std::nullopt;
                return tokens_.component_of(token);
            }
            const auto found = fixed_tokens_.find(token);
            if (found != fixed_tokens_.end()) return found->second;
            stranger = token;
            return std::nullopt;
        };
        TEMBLOR_RETURN_IF_ERROR(
            rows_.parser().decode_tokens(line, options_.rule, component_of, vector_, unknown));
        if (unknown != 0 && !fixed_) {
            return Status::resource_exhausted("field vector: over 2^32 - 2 different tokens");
        }
        if (unknown != 0) {
            return Status::invalid_argument("field vector[\"" + stranger +
                                            "\"]: not in the encoder's vocabulary");
        }
        vectors_.add(vector_.view());
        return Status::ok();
    }

    Status add_indices(const JsonlLine& line) {
        TEMBLOR_RETURN_IF_ERROR(fix_vocabulary());
        TEMBLOR_RETURN_IF_ERROR(rows_.parser().decode_indices(line, options_.rule, vector_));
        if (fixed_ && vector_.nnz() != 0 &&
            vector_.components.back() >= fixed_->vocabulary.size()) {
            return Status::invalid_argument("field indices: component " +
                                            std::to_string(vector_.components.back()) +
                                            " where the encoder's vocabulary has " +
                                            std::to_string(fixed_->vocabulary.size()) + " tokens");
        }
        vectors_.add(vector_.view());
        return Status::ok();
    }

    const CollectionReaderOptions& options_;
    JsonlRows& rows_;
    std::unique_ptr<DocumentEncoder> encoder_;
    std::optional<EncodedCorpus> fixed_;
    std::unordered_map<std::string_view, uint32_t> fixed_tokens_;
    VocabularyBuilder tokens_;
    SparseDatasetBuilder vectors_;
    SparseVector vector_;
};

}  // namespace

Result<Corpus> read_jsonl_collection(ByteReader& reader, const CollectionReaderOptions& options,
                                     ReadingProgress& reading) {
    const bool text_first =
        options.model != nullptr || (options.encoder && options.encoder->kind != "inference-free");
    JsonlRows rows(reader, reading, text_first, options.keep_payload);
    DocumentSink documents(options, rows);
    PayloadsBuilder payloads;
    bool any_payload = false;
    JsonlLine line;
    while (true) {
        TEMBLOR_ASSIGN_OR_RETURN(const bool more, rows.next(line));
        if (!more) break;
        Status status = documents.add(line);
        if (!status.is_ok()) return std::move(status).with_context(rows.place());
        if (!options.keep_payload) continue;
        any_payload = any_payload || line.payload != "{}";
        payloads.add(line.payload);
    }
    Corpus collection;
    TEMBLOR_RETURN_IF_ERROR(documents.finish(collection));
    if (options.ids_path.empty()) {
        TEMBLOR_ASSIGN_OR_RETURN(collection.ids, rows.take_ids());
    }
    if (any_payload) {
        TEMBLOR_ASSIGN_OR_RETURN(collection.payloads, payloads.finish());
    }
    reading.finish();
    return collection;
}

}  // namespace temblor
