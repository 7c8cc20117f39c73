#pragma once

#include <simdjson.h>

#include "index/payload/filter.h"

namespace temblor {

/// Whether `filter` takes the point with this id and payload: the definition of what filters mean,
/// which indexes must agree with. A payload that is not an object has no keys. O(filter x payload)
/// at worst. Thread-safe.
bool matches(const Filter& filter, const DocumentId& id, simdjson::dom::element payload);

/// Whether the test holds for the values of `key`.
bool matches(const FieldTest& test, const KeyPath& key, simdjson::dom::element payload);

}  // namespace temblor
