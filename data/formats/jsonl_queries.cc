#include "data/formats/jsonl_reader.h"
#include "data/formats/jsonl_rows.h"

namespace temblor {
namespace {

/// The vector of one query line.
Status encode_line(const JsonlLine& line, JsonlLineParser& parser, const Vocabulary& vocabulary,
                   const TextEncoder* encoder, SparseVector& vector, uint64_t& unknown) {
    if (line.shape == LineShape::kIndices) {
        return parser.decode_indices(line, ValueRule::kFinite, vector);
    }
    if (line.shape == LineShape::kTokens) {
        if (vocabulary.empty() && line.vector.size() != 0) {
            return Status::invalid_argument(
                "field vector: names tokens, but there is no vocabulary to find them in (give "
                "indices and values)");
        }
        return parser.decode_tokens(
            line, ValueRule::kFinite,
            [&vocabulary](std::string_view token) { return vocabulary.find(token); }, vector,
            unknown);
    }
    if (encoder == nullptr) {
        return Status::invalid_argument(
            "field text: needs an index that was built with --encoder to become a vector");
    }
    TEMBLOR_ASSIGN_OR_RETURN(vector, encoder->encode_query(line.full_text()));
    return Status::ok();
}

}  // namespace

Result<QuerySet> read_jsonl_queries(ByteReader& reader, const Vocabulary& vocabulary,
                                    const TextEncoder* encoder, ReadingProgress& reading) {
    JsonlRows rows(reader, reading, /*text_first=*/false, /*keep_payload=*/false);
    QuerySet queries;
    SparseDatasetBuilder vectors;
    SparseVector vector;
    JsonlLine line;
    while (true) {
        TEMBLOR_ASSIGN_OR_RETURN(const bool more, rows.next(line));
        if (!more) break;
        Status status =
            encode_line(line, rows.parser(), vocabulary, encoder, vector, queries.unknown_tokens);
        if (!status.is_ok()) return std::move(status).with_context(rows.place());
        vectors.add(vector.view());
    }
    TEMBLOR_ASSIGN_OR_RETURN(queries.vectors, vectors.finish());
    TEMBLOR_ASSIGN_OR_RETURN(queries.ids, rows.take_ids());
    reading.finish();
    return queries;
}

}  // namespace temblor
