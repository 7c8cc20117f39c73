#include "data/text/utf8_text.h"

#include <fmt/format.h>

namespace temblor {

Result<icu::UnicodeString> decode_utf8(std::string_view text) {
    if (text.size() > kMaxTextBytes) {
        return Status::resource_exhausted(
            fmt::format("text of {} bytes (at most {})", text.size(), kMaxTextBytes));
    }
    auto decoded = icu::UnicodeString::fromUTF8(
        icu::StringPiece(text.data(), static_cast<int32_t>(text.size())));
    if (decoded.isBogus()) {
        return Status::resource_exhausted(
            fmt::format("no memory to decode a text of {} bytes", text.size()));
    }
    return decoded;
}

Status icu_status(UErrorCode code, std::string_view what) {
    if (U_SUCCESS(code)) return {};
    if (code == U_MEMORY_ALLOCATION_ERROR) {
        return Status::resource_exhausted(fmt::format("no memory for {}", what));
    }
    return Status::internal(fmt::format("{}: {}", what, u_errorName(code)));
}

}  // namespace temblor
