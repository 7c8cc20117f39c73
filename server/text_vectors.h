#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>

#include <simdjson.h>

#include "data/text/hashed_bm25.h"
#include "index/collection/point_json.h"
#include "index/collection/schema.h"

namespace temblor {

/// Text in the place of a sparse vector: Qdrant's inference object "Document",
///
///     {"text": "..", "model": "qdrant/bm25",
///      "options": {"language": "english", "avg_len": 256, "k": 1.2, "b": 0.75}}
///
/// The model here is HashedBm25, which has two names in any case: "qdrant/bm25" and "temblor/bm25".
/// `language` is a Snowball algorithm, or "none" for words as they are. Of Qdrant's other options
/// those that say what happens anyway are taken (`tokenizer` word or multilingual, `lowercase`
/// true, `ascii_folding` false); the rest are kUnimplemented. All of this may be called from any
/// number of threads; what a language needs is made once. Other models: server/request_texts.h.

/// What text becomes.
using TextVector = std::variant<SparseVector, DenseVector>;

enum class TextSide : uint8_t { kQuery, kDocument };

struct TextOptions {
    std::string language = "english";
    HashedBm25Options bm25;
};

/// `text` as a query, or as a document, of the sparse vector `vector`. Errors: kInvalidArgument
/// when the schema has no such vector or it is dense, or for an option, which is named.
Result<SparseVector> encode_query_text(const Schema& schema, std::string_view vector,
                                       std::string_view text, const TextOptions& options = {});
Result<SparseVector> encode_document_text(const Schema& schema, std::string_view vector,
                                          std::string_view text, const TextOptions& options = {});

/// The words of `text` behind the components of its query, as they are after stemming; of words
/// with one component the first. Errors: those of encode_query_text().
Result<std::map<uint32_t, std::string>> query_text_terms(std::string_view text,
                                                         const TextOptions& options = {});

/// The object "options", which may be missing, but for the ranges of numbers: those are looked at
/// when text is encoded.
Result<TextOptions> read_text_options(const OptionalElement& value, const JsonPlace& place);

/// The side's reader for point_json.h, as below.
TextReader text_vector_reader(TextSide side, const Schema& schema);

/// For point_json.h, with errors that name the member. They refer to `schema`.
TextReader query_text_reader(const Schema& schema);
TextReader document_text_reader(const Schema& schema);

}  // namespace temblor
