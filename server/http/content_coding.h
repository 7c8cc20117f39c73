#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "data/status.h"

namespace temblor {

/// The bytes that `coded` is the gzip or deflate (zlib) coding of. Errors: kInvalidArgument (not of
/// that coding, cut short), kResourceExhausted (more than `limit` bytes would come out; no more
/// than that much memory is taken), kUnimplemented (another coding).
Result<std::string> decode_content(std::string_view coding, std::string_view coded, uint64_t limit);

}  // namespace temblor
