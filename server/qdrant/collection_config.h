#pragma once

#include <string>

#include <simdjson.h>

#include "index/collection/collection.h"
#include "index/collection/schema.h"
#include "index/payload/json_members.h"
#include "server/json_writer.h"

namespace temblor {

/// The schema that the body of PUT /collections/{name} asks for. Settings that only steer Qdrant's
/// own machinery (HNSW, WAL, optimisers, shards, quantisation, placement) are read and left aside;
/// what would change answers and is not there (multivectors) is kUnimplemented.
/// Unknown members are errors.
Result<Schema> read_collection_config(simdjson::dom::element body);

/// Qdrant's CollectionInfo.
void write_collection_info(const Collection& collection, JsonWriter& json);

/// The type of a payload index: a word, or an object with `type`.
Result<PayloadType> read_index_type(simdjson::dom::element value, const JsonPlace& place);

/// "Cosine", "Dot", "Euclid", "Manhattan".
std::string_view qdrant_distance(Distance distance);

}  // namespace temblor
