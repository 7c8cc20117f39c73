#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace temblor::cli {

/// "950", "12.3 k", "1.05 M".
std::string human_count(double count);
/// "950 B", "12.3 kB", "1.05 GB" (powers of ten).
std::string human_bytes(uint64_t bytes);
/// "0:07", "12:05", "3:00:59".
std::string human_time(double seconds);
/// "850 us", "1.23 ms", "2.50 s".
std::string human_latency(double microseconds);

/// The beginning of UTF-8 `text` that fits `columns` of a terminal (wide characters take two,
/// combining marks none), never cut inside a character, with "…" as the last column if anything
/// was left out. Control characters, line ends among them, become blanks and runs of blanks one;
/// broken UTF-8 becomes U+FFFD. So whatever a document holds, it cannot move the cursor.
std::string fit_columns(std::string_view text, size_t columns);

}  // namespace temblor::cli
