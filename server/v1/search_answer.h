#pragma once

#include "data/status.h"
#include "index/collection/version.h"
#include "query/collection/source_search.h"
#include "server/json_writer.h"
#include "server/v1/search_request.h"

namespace temblor {

/// An array of the hits of the asked page: id, score, payload and vector as far as they are asked
/// for, the sources with rank (from 1) and score, and the explanation. An explanation has an entry
/// for each source that found the point. Of a sparse one: the exact score of the vector that was
/// written and the components that make it up, largest product first; their products add up to that
/// score. Of a dense one: metric and score. Errors: kCorruption.
Status write_v1_hits(const Version& version, const V1Search& asked, const SourcedResult& found,
                     JsonWriter& json);

/// An object: what the search read and did.
void write_v1_counters(const SourcedResult& found, JsonWriter& json);

/// An object: the settings of each source that were in effect, and the fusion.
void write_v1_settings(const V1Search& asked, JsonWriter& json);

}  // namespace temblor
