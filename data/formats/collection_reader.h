#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "data/document_ids.h"
#include "data/payloads.h"
#include "data/progress.h"
#include "data/sparse_dataset.h"
#include "data/status.h"
#include "data/text/text_encoder.h"
#include "data/text/text_model.h"
#include "data/vocabulary.h"

namespace temblor {

/// The file formats that hold documents or queries.
enum class InputFormat : uint8_t {
    kBigAnnCsr,      ///< int64 rows, cols, nnz; int64 offsets[rows + 1]; int32 components[nnz]; f32
                     ///< values[nnz]
    kSeismicBinary,  ///< u32 rows; then a row: u32 nnz, u32 components[nnz], f32 values[nnz]
    kJsonl,          ///< a JSON object a line: {"id", "vector": {token: weight}}, {"id", "indices",
                     ///< "values"} or BEIR text
};
std::string_view input_format_name(InputFormat format);
Result<InputFormat> parse_input_format(std::string_view name);

struct CollectionReaderOptions {
    std::optional<InputFormat>
        format;            ///< absent: told from the content ('{' first is JSONL) and the sizes
    std::string ids_path;  ///< an id a line, in row order; empty: ids from the file or row numbers
    ValueRule rule = ValueRule::kNonNegative;
    std::optional<TextEncoderOptions> encoder;  ///< for text: how documents become vectors
    /// For text: the model that makes them vectors, instead of `encoder`.
    std::shared_ptr<const SparseTextModel> model = nullptr;
    uint32_t model_batch = 256;  ///< texts that the model is given at once
    bool keep_payload = true;    ///< keep what JSONL lines hold beside id and vector
};

/// Documents as they came out of a file.
struct Corpus {
    SparseDataset vectors;
    DocumentIds ids;
    Vocabulary vocabulary;
    TextEncoderData encoder;
    Payloads payloads;
};

/// Reads a whole collection, plain, gzipped or zstd. A plain CSR file is mapped, not copied. Errors
/// name file, line or row, and field. Shows "reading" progress in bytes of the file.
Result<Corpus> read_collection(const std::string& path, const CollectionReaderOptions& options,
                               Progress& progress);

/// Queries with their ids. Tokens are looked up in `vocabulary` and text goes through `encoder`;
/// tokens the vocabulary does not have are counted and left out. `encoder` may be null: then text
/// lines are an error that says so. `ids_path` as above.
struct QuerySet {
    SparseDataset vectors;
    DocumentIds ids;
    uint64_t unknown_tokens = 0;
};
Result<QuerySet> read_queries(const std::string& path, const std::string& ids_path,
                              std::optional<InputFormat> format, const Vocabulary& vocabulary,
                              const TextEncoder* encoder, Progress& progress);

/// Writers, atomic. JSONL writes {"id","vector"} with a vocabulary, {"id","indices","values"}
/// without. `compression`: "none", "gzip" or "zstd".
Status write_bigann_csr(const std::string& path, const SparseDataset& dataset,
                        std::string_view compression);
Status write_seismic_binary(const std::string& path, const SparseDataset& dataset,
                            std::string_view compression);
Status write_jsonl(const std::string& path, const SparseDataset& dataset, const DocumentIds& ids,
                   const Vocabulary& vocabulary, std::string_view compression);
Status write_ids(const std::string& path, const DocumentIds& ids);

}  // namespace temblor
