#pragma once

#include "data/formats/collection_reader.h"
#include "data/formats/reading_progress.h"
#include "data/io/byte_reader.h"
#include "data/status.h"

namespace temblor {

/// The JSONL side of read_collection and read_queries. One shape holds for all lines of a file:
///   {"id", "vector": {token: weight}}    tokens become components in order of appearance, or those
///                                        of the encoder's own vocabulary (inference-free)
///   {"id", "indices": [], "values": []}  components ascend strictly
///   {"_id", "title", "text"}             "contents" for "text" too; goes through the encoder
/// "_id" and "id" are the same: a string or an unsigned number, on all lines or on none. Entries of
/// weight 0 are dropped, empty vectors are legal, blank lines are skipped. All other fields, and
/// the texts, are the document's payload. Errors begin with "PATH:LINE: field NAME: ".
/// `options.ids_path` and `options.format` are for the caller to deal with.
Result<Corpus> read_jsonl_collection(ByteReader& reader, const CollectionReaderOptions& options,
                                     ReadingProgress& reading);

/// See read_queries.
Result<QuerySet> read_jsonl_queries(ByteReader& reader, const Vocabulary& vocabulary,
                                    const TextEncoder* encoder, ReadingProgress& reading);

}  // namespace temblor
