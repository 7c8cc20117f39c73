#pragma once

#include <string_view>

#include <simdjson.h>

#include "data/status.h"

namespace temblor {

/// Parses the text of stored payloads; the result lives until the next call. Not thread-safe.
class PayloadParser {
public:
    /// The object that `payload` is; empty text means {}. Errors: kCorruption when it is not JSON
    /// or not an object.
    Result<simdjson::dom::element> parse(std::string_view payload);

private:
    simdjson::dom::parser parser_;
};

}  // namespace temblor
