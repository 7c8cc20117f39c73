#pragma once

#include <cstddef>
#include <string_view>

#include <unicode/unistr.h>

#include "data/status.h"

namespace temblor {

/// The longest text an encoder takes in one piece: what ICU's 32-bit lengths hold after the largest
/// growth that normalisation can cause (18 times).
inline constexpr size_t kMaxTextBytes = size_t{1} << 26;

/// `text` as UTF-16; each ill-formed sequence becomes U+FFFD. Errors: kResourceExhausted for a text
/// of more than kMaxTextBytes or when memory runs out.
Result<icu::UnicodeString> decode_utf8(std::string_view text);

/// The status of an ICU call that `what` names ("word breaking").
Status icu_status(UErrorCode code, std::string_view what);

}  // namespace temblor
