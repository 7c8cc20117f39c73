#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace temblor {

/// A moment in time: microseconds since 1970-01-01T00:00:00Z.
struct Moment {
    int64_t microseconds = 0;
    auto operator<=>(const Moment&) const = default;
};

/// Reads an RFC 3339 date and time of the years 0 to 9999: "2024-05-01T12:30:00.25+02:00". As in
/// Qdrant, the separator may be a blank, and seconds, zone (then UTC) or the whole time (then
/// midnight UTC) may be absent. Digits after the microsecond are cut off. A leap second
/// counts as the one before it. Nothing for any other text.
std::optional<Moment> parse_moment(std::string_view text);

/// "2024-05-01T10:30:00.250000Z". The years before 0 and after 9999, which only a zone can reach,
/// are written as offsets from the nearest: parse_moment gives back every moment it has given.
std::string to_string(Moment moment);

}  // namespace temblor
