#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "data/sparse_vector.h"
#include "data/status.h"
#include "data/text/text_encoder.h"
#include "index/segment.h"

namespace temblor::cli {

/// A query as the command line gives it.
struct QueryVector {
    SparseVector vector;
    uint64_t unknown_tokens = 0;  ///< left out, the index's vocabulary does not have them
};

/// `{"token": weight, ...}` or `{"indices": [...], "values": [...]}`. Without a vocabulary tokens
/// are the components' numbers. Errors name the field: kInvalidArgument for bad JSON, weights that
/// are negative or not finite, and components that are repeated or past 2^32 - 1.
Result<QueryVector> parse_query_vector(std::string_view json, const Vocabulary& vocabulary);

/// The encoder of the segment's documents for query text; null when it was built from vectors.
Result<std::unique_ptr<TextEncoder>> segment_encoder(const Segment& segment);

}  // namespace temblor::cli
