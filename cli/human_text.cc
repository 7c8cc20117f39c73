#include "cli/human_text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <fmt/format.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

namespace temblor::cli {
namespace {

// Three significant digits and the prefix of the power of ten, blank before the prefix.
std::string scaled(double value) {
    constexpr std::array kPrefixes{"", "k", "M", "G", "T", "P"};
    size_t prefix = 0;
    while (value >= 999.5 && prefix + 1 < kPrefixes.size()) {
        value /= 1000;
        ++prefix;
    }
    if (prefix == 0) return fmt::format("{:.0f}", value);
    const int decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
    return fmt::format("{:.{}f} {}", value, decimals, kPrefixes[prefix]);
}

int column_width(UChar32 c) {
    const int8_t type = u_charType(c);
    if (type == U_NON_SPACING_MARK || type == U_ENCLOSING_MARK || type == U_FORMAT_CHAR) return 0;
    const int width = u_getIntPropertyValue(c, UCHAR_EAST_ASIAN_WIDTH);
    return width == U_EA_WIDE || width == U_EA_FULLWIDTH ? 2 : 1;
}

bool is_blank(UChar32 c) { return u_isUWhiteSpace(c) || u_charType(c) == U_CONTROL_CHAR; }

// Characters that reorder or hide what stands around them are not shown.
bool is_direction_control(UChar32 c) {
    return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

void append_utf8(std::string& out, UChar32 c) {
    std::array<char, U8_MAX_LENGTH> bytes{};
    int32_t length = 0;
    U8_APPEND_UNSAFE(bytes.data(), length, c);
    out.append(bytes.data(), static_cast<size_t>(length));
}

}  // namespace

std::string human_count(double count) { return scaled(count); }

std::string human_bytes(uint64_t bytes) {
    std::string text = scaled(static_cast<double>(bytes));
    if (bytes < 1000) text += ' ';
    return text + "B";
}

std::string human_time(double seconds) {
    const auto whole = static_cast<uint64_t>(std::ceil(std::clamp(seconds, 0.0, 3.6e9)));
    const uint64_t hours = whole / 3600;
    const uint64_t minutes = whole / 60 % 60;
    if (hours > 0) return fmt::format("{}:{:02}:{:02}", hours, minutes, whole % 60);
    return fmt::format("{}:{:02}", minutes, whole % 60);
}

std::string human_latency(double microseconds) {
    if (microseconds < 999.5) return fmt::format("{:.0f} us", microseconds);
    if (microseconds < 999'500) return fmt::format("{:.2f} ms", microseconds / 1e3);
    return fmt::format("{:.2f} s", microseconds / 1e6);
}

std::string fit_columns(std::string_view text, size_t columns) {
    // Nothing past this many bytes could be shown (combining marks apart, which are cut there too).
    const size_t length = std::min<size_t>(text.size(), columns * 16 + 64);
    const auto end = static_cast<int32_t>(
        std::min<size_t>(length, static_cast<size_t>(std::numeric_limits<int32_t>::max())));
    const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
    std::string out;
    size_t used = 0;
    size_t room_for_ellipsis = 0;  // bytes of `out` that fit columns - 1
    bool blank_pending = false;
    int32_t i = 0;
    while (i < end) {
        UChar32 c = 0;
        U8_NEXT_OR_FFFD(bytes, i, end, c);
        if (is_direction_control(c)) continue;
        if (is_blank(c)) {
            blank_pending = used > 0;
            continue;
        }
        const auto width = static_cast<size_t>(column_width(c)) + (blank_pending ? 1 : 0);
        if (used + width > columns) {
            out.resize(room_for_ellipsis);
            return columns == 0 ? out : out + "…";
        }
        if (blank_pending) out += ' ';
        blank_pending = false;
        append_utf8(out, c);
        used += width;
        if (used + 1 <= columns) room_for_ellipsis = out.size();
    }
    if (length < text.size() && columns > 0) {
        out.resize(room_for_ellipsis);
        out += "…";
    }
    return out;
}

}  // namespace temblor::cli
