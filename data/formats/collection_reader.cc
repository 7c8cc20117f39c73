#include "data/formats/collection_reader.h"

#include "data/formats/ids_file.h"
#include "data/formats/input_file.h"
#include "data/formats/jsonl_reader.h"
#include "data/formats/reading_progress.h"

namespace temblor {
namespace {

/// Vectors in an encoder's own vocabulary keep it, so that query text can follow.
Status attach_encoder(const TextEncoderOptions& options, const std::string& path,
                      Corpus& collection) {
    if (options.kind != "inference-free") {
        return Status::invalid_argument(path + ": holds vectors, but encoder " + options.kind +
                                        " needs text");
    }
    TEMBLOR_ASSIGN_OR_RETURN(auto encoder, make_document_encoder(options));
    TEMBLOR_ASSIGN_OR_RETURN(EncodedCorpus corpus, encoder->finish());
    if (collection.vectors.dim() > corpus.vocabulary.size()) {
        return Status::invalid_argument(path + ": dimension " +
                                        std::to_string(collection.vectors.dim()) +
                                        " where the encoder's vocabulary has " +
                                        std::to_string(corpus.vocabulary.size()) + " tokens");
    }
    collection.vocabulary = std::move(corpus.vocabulary);
    collection.encoder = std::move(corpus.encoder);
    return Status::ok();
}

Result<DocumentIds> ids_of(const std::string& ids_path, uint64_t rows) {
    if (ids_path.empty()) return DocumentIds::row_numbers(rows);
    return read_ids_file(ids_path, rows);
}

}  // namespace

Result<Corpus> read_collection(const std::string& path, const CollectionReaderOptions& options,
                               Progress& progress) {
    TEMBLOR_ASSIGN_OR_RETURN(InputFile input, open_input_file(path, options.format));
    ReadingProgress reading(progress, input.reader->path(), input.reader->file_size());
    TEMBLOR_RETURN_IF_ERROR(reading.at(0));
    Corpus collection;
    if (input.format == InputFormat::kJsonl) {
        TEMBLOR_ASSIGN_OR_RETURN(collection,
                                 read_jsonl_collection(*input.reader, options, reading));
        if (options.ids_path.empty()) return collection;
    } else {
        TEMBLOR_ASSIGN_OR_RETURN(collection.vectors,
                                 read_sparse_rows(path, input, options.rule, reading));
        if (options.model != nullptr) {
            return Status::invalid_argument(input.reader->path() +
                                            ": holds vectors, but a model needs text");
        }
        if (options.encoder) {
            TEMBLOR_RETURN_IF_ERROR(
                attach_encoder(*options.encoder, input.reader->path(), collection));
        }
    }
    TEMBLOR_ASSIGN_OR_RETURN(collection.ids, ids_of(options.ids_path, collection.vectors.rows()));
    return collection;
}

Result<QuerySet> read_queries(const std::string& path, const std::string& ids_path,
                              std::optional<InputFormat> format, const Vocabulary& vocabulary,
                              const TextEncoder* encoder, Progress& progress) {
    TEMBLOR_ASSIGN_OR_RETURN(InputFile input, open_input_file(path, format));
    ReadingProgress reading(progress, input.reader->path(), input.reader->file_size());
    TEMBLOR_RETURN_IF_ERROR(reading.at(0));
    QuerySet queries;
    if (input.format == InputFormat::kJsonl) {
        TEMBLOR_ASSIGN_OR_RETURN(queries,
                                 read_jsonl_queries(*input.reader, vocabulary, encoder, reading));
        if (ids_path.empty()) return queries;
    } else {
        TEMBLOR_ASSIGN_OR_RETURN(queries.vectors,
                                 read_sparse_rows(path, input, ValueRule::kFinite, reading));
    }
    TEMBLOR_ASSIGN_OR_RETURN(queries.ids, ids_of(ids_path, queries.vectors.rows()));
    return queries;
}

}  // namespace temblor
