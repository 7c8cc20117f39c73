#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "data/status.h"

namespace temblor {

/// Changes to a payload, a JSON object as text (empty: {}). Keys are paths: "a.b" goes through
/// objects. What is not changed keeps its value. Errors: kInvalidArgument when `update` is no
/// object, kCorruption when `payload` is none.

/// `payload` with the members of `update` over its own; under `path` if that is not empty, which is
/// made where it is missing.
Result<std::string> merge_payload(std::string_view payload, std::string_view update,
                                  std::string_view path);
/// `payload` without these keys; a key that is not there is no error.
Result<std::string> erase_payload_keys(std::string_view payload,
                                       const std::vector<std::string>& keys);

}  // namespace temblor
