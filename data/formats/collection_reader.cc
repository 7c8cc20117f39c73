#include "data/formats/collection_reader.h"

#include "data/formats/bigann_csr.h"
#include "data/formats/format_detection.h"
#include "data/formats/ids_file.h"
#include "data/formats/jsonl_reader.h"
#include "data/formats/reading_progress.h"
#include "data/formats/seismic_binary.h"
#include "data/io/byte_source.h"
#include "data/io/mapped_file.h"
#include "data/io/peekable_reader.h"

namespace temblor {
namespace {

/// A file opened and its format settled.
struct Input {
    InputFormat format = InputFormat::kJsonl;
    std::unique_ptr<ByteReader> reader;
    bool mappable = false;  ///< a regular file, not compressed
};

Result<Input> open_input(const std::string& path, std::optional<InputFormat> format) {
    const std::string name = path == "-" ? "standard input" : path;
    TEMBLOR_ASSIGN_OR_RETURN(std::unique_ptr<ByteSource> source, open_file_source(path));
    TEMBLOR_ASSIGN_OR_RETURN(const std::span<const std::byte> raw, source->peek());
    const uint64_t size = source->size();
    // A CSR file of the right row count begins with the very bytes of a gzip header; its length
    // gives it away.
    const bool whole_csr = format.value_or(InputFormat::kBigAnnCsr) == InputFormat::kBigAnnCsr &&
                           is_whole_bigann_csr(raw, size);
    const bool compressed = !whole_csr && (starts_as_gzip(raw) || starts_as_zstd(raw));
    Input input;
    input.mappable = size != 0 && !compressed;
    std::unique_ptr<ByteReader> decoded;
    if (compressed) {
        TEMBLOR_ASSIGN_OR_RETURN(decoded, decode(name, std::move(source)));
    } else {
        decoded = make_plain_reader(name, std::move(source));
    }
    auto reader = std::make_unique<PeekableReader>(std::move(decoded));
    if (format) {
        input.format = *format;
    } else {
        TEMBLOR_ASSIGN_OR_RETURN(const std::span<const std::byte> head, reader->peek());
        TEMBLOR_ASSIGN_OR_RETURN(input.format, detect_format(head, compressed ? 0 : size, name));
    }
    input.reader = std::move(reader);
    return input;
}

/// The binary formats, which hold vectors alone.
Result<SparseDataset> read_vectors(const std::string& path, Input& input, ValueRule rule,
                                   ReadingProgress& reading) {
    if (input.format == InputFormat::kSeismicBinary) {
        return read_seismic_binary(*input.reader, rule, reading);
    }
    if (!input.mappable) return read_bigann_csr(*input.reader, rule, reading);
    TEMBLOR_ASSIGN_OR_RETURN(const std::shared_ptr<const MappedFile> file, MappedFile::open(path));
    return view_bigann_csr(file, file->bytes(), rule, reading);
}

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
    TEMBLOR_ASSIGN_OR_RETURN(Input input, open_input(path, options.format));
    ReadingProgress reading(progress, input.reader->path(), input.reader->file_size());
    TEMBLOR_RETURN_IF_ERROR(reading.at(0));
    Corpus collection;
    if (input.format == InputFormat::kJsonl) {
        TEMBLOR_ASSIGN_OR_RETURN(collection,
                                 read_jsonl_collection(*input.reader, options, reading));
        if (options.ids_path.empty()) return collection;
    } else {
        TEMBLOR_ASSIGN_OR_RETURN(collection.vectors,
                                 read_vectors(path, input, options.rule, reading));
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
    TEMBLOR_ASSIGN_OR_RETURN(Input input, open_input(path, format));
    ReadingProgress reading(progress, input.reader->path(), input.reader->file_size());
    TEMBLOR_RETURN_IF_ERROR(reading.at(0));
    QuerySet queries;
    if (input.format == InputFormat::kJsonl) {
        TEMBLOR_ASSIGN_OR_RETURN(queries,
                                 read_jsonl_queries(*input.reader, vocabulary, encoder, reading));
        if (ids_path.empty()) return queries;
    } else {
        TEMBLOR_ASSIGN_OR_RETURN(queries.vectors,
                                 read_vectors(path, input, ValueRule::kFinite, reading));
    }
    TEMBLOR_ASSIGN_OR_RETURN(queries.ids, ids_of(ids_path, queries.vectors.rows()));
    return queries;
}

}  // namespace temblor
