#include "server/json_writer.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

#include <fmt/compile.h>
#include <fmt/format.h>
#include <simdjson.h>

namespace temblor {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

/// Whether JSON has it as it is, and so it is without looking for UTF-8.
bool is_plain(std::string_view text) {
    bool plain = true;
    for (const char c : text) plain &= static_cast<signed char>(c) >= 0x20 && c != '"' && c != '\\';
    return plain;
}

template <typename Number>
void append_number(std::string& out, Number value) {
    std::array<char, 40> digits;
    out.append(digits.data(), fmt::format_to(digits.data(), FMT_COMPILE("{}"), value));
}

void append_escaped(std::string& out, std::string_view text) {
    size_t begin = 0;
    for (size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        if (c >= 0x20 && c != '"' && c != '\\') continue;
        out.append(text.substr(begin, i - begin));
        begin = i + 1;
        switch (c) {
            case '"':
                out += "\\\"";
                break;
            case '\\':
                out += "\\\\";
                break;
            case '\n':
                out += "\\n";
                break;
            case '\r':
                out += "\\r";
                break;
            case '\t':
                out += "\\t";
                break;
            default:
                fmt::format_to(std::back_inserter(out), "\\u{:04x}", c);
        }
    }
    out.append(text.substr(begin));
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
    out += '"';
    if (is_plain(text)) {
        out.append(text) += '"';
        return;
    }
    while (!simdjson::validate_utf8(text.data(), text.size())) {
        // The longest part that is text, byte after byte: this is for messages about bad input.
        size_t end = 0;
        size_t next = 0;
        while (next < text.size()) {
            size_t length = 1;
            while (length < 4 && next + length <= text.size() &&
                   !simdjson::validate_utf8(text.data() + next, length)) {
                ++length;
            }
            if (next + length > text.size() ||
                !simdjson::validate_utf8(text.data() + next, length)) {
                break;
            }
            next += length;
            end = next;
        }
        append_escaped(out, text.substr(0, end));
        out += kReplacement;
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    append_escaped(out, text);
    out += '"';
}

JsonWriter& JsonWriter::open(char bracket) {
    separate();
    text_ += bracket;
    comma_ = false;
    return *this;
}

JsonWriter& JsonWriter::close(char bracket) {
    text_ += bracket;
    comma_ = true;
    return *this;
}

void JsonWriter::separate() {
    if (comma_) text_ += ',';
    comma_ = true;
}

JsonWriter& JsonWriter::key(std::string_view name) {
    std::array<char, 64> piece;
    if (name.size() + 4 <= piece.size() && is_plain(name)) {
        char* end = piece.data();
        if (comma_) *end++ = ',';
        *end++ = '"';
        end = std::copy(name.begin(), name.end(), end);
        *end++ = '"';
        *end++ = ':';
        text_.append(piece.data(), end);
    } else {
        separate();
        append_json_string(text_, name);
        text_ += ':';
    }
    comma_ = false;
    return *this;
}

JsonWriter& JsonWriter::string(std::string_view text) {
    separate();
    append_json_string(text_, text);
    return *this;
}

JsonWriter& JsonWriter::number(uint64_t value) {
    separate();
    append_number(text_, value);
    return *this;
}

JsonWriter& JsonWriter::integer(int64_t value) {
    separate();
    append_number(text_, value);
    return *this;
}

JsonWriter& JsonWriter::number(float value) {
    if (!std::isfinite(value)) return null();
    separate();
    append_number(text_, value);
    return *this;
}

JsonWriter& JsonWriter::number(double value) {
    if (!std::isfinite(value)) return null();
    separate();
    append_number(text_, value);
    return *this;
}

JsonWriter& JsonWriter::boolean(bool value) { return raw(value ? "true" : "false"); }

JsonWriter& JsonWriter::null() { return raw("null"); }

JsonWriter& JsonWriter::raw(std::string_view json) {
    separate();
    text_ += json;
    return *this;
}

}  // namespace temblor
