#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <simdjson.h>

#include "index/collection/version.h"
#include "index/payload/filter.h"
#include "index/payload/key_path.h"

namespace temblor {

using FacetValue = std::variant<bool, int64_t, std::string>;

struct Facet {
    FacetValue value;
    uint64_t count = 0;  ///< points that have the value, each once
};

/// The `limit` most frequent values of a key among the live points that pass: strings, whole
/// numbers of 64 bits and booleans; elements of arrays count like values. By falling count, then by
/// value. O(points that pass), reading their payloads. Errors: kCancelled, kCorruption.
Result<std::vector<Facet>> count_facets(const Version& version, const KeyPath& key,
                                        const std::optional<Filter>& filter, uint64_t limit,
                                        const std::function<bool()>& cancelled);

/// Those of one payload, each once, in no order.
std::vector<FacetValue> facet_values(simdjson::dom::element payload, const KeyPath& key);

}  // namespace temblor
