#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "data/sparse_vector.h"
#include "data/status.h"
#include "index/collection/schema.h"

namespace temblor {

/// Components and the words they stand for.
using ComponentTerms = std::map<uint32_t, std::string>;

/// Text as a query for a sparse vector.
struct QueryText {
    SparseVector vector;
    ComponentTerms terms;
};

/// `text` as a query for the sparse vector `name` of `schema`, which has it, by temblor/bm25
/// (server/qdrant/text_vectors.h).
Result<QueryText> read_query_text(const Schema& schema, const std::string& name,
                                  std::string_view text);

}  // namespace temblor
