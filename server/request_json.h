#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <simdjson.h>

#include "data/status.h"
#include "index/payload/json_members.h"
#include "server/http/http_request.h"
#include "server/limits.h"

namespace temblor {

/// The JSON of a request's body; "{}" for no body at all. Lives until the same thread parses the
/// next. Errors: kInvalidArgument (not JSON, nested too deeply).
Result<simdjson::dom::element> parse_body(const HttpRequest& request, const ServerLimits& limits);
/// Any other JSON text, under the same rules.
Result<simdjson::dom::element> parse_json(std::string_view text, std::string_view what,
                                          const ServerLimits& limits);

// Values of members that may be missing. The messages name the place.

/// `fallback` when there is none. Errors: not a whole number from `least` to `most`.
Result<uint64_t> read_count(const OptionalElement& value, const JsonPlace& place, uint64_t fallback,
                            uint64_t least, uint64_t most);
Result<bool> read_bool(const OptionalElement& value, const JsonPlace& place, bool fallback);
Result<std::optional<float>> read_float(const OptionalElement& value, const JsonPlace& place);
/// `fallback` when there is none.
Result<std::string> read_text(const OptionalElement& value, const JsonPlace& place,
                              std::string_view fallback);
/// Ok for none. Errors: not an object.
Status check_object(const OptionalElement& value, const JsonPlace& place);
/// A member that must be there.
Result<simdjson::dom::element> needed(const OptionalElement& value, const JsonPlace& place);

}  // namespace temblor
