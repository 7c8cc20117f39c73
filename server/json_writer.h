#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace temblor {

/// Writes JSON, piece after piece, at the end of a text. Commas come by themselves; that members
/// have keys and brackets match is the caller's matter. Numbers that are not finite become null.
class JsonWriter {
public:
    JsonWriter() { text_.reserve(kUsual); }

    JsonWriter& begin_object() { return open('{'); }
    JsonWriter& end_object() { return close('}'); }
    JsonWriter& begin_array() { return open('['); }
    JsonWriter& end_array() { return close(']'); }
    JsonWriter& key(std::string_view name);

    JsonWriter& string(std::string_view text);
    JsonWriter& number(uint64_t value);
    JsonWriter& integer(int64_t value);
    /// The shortest text that reads back as the same value.
    JsonWriter& number(float value);
    JsonWriter& number(double value);
    JsonWriter& boolean(bool value);
    JsonWriter& null();
    /// JSON as it is.
    JsonWriter& raw(std::string_view json);

    // A member each.
    JsonWriter& member(std::string_view name, std::string_view text) {
        return key(name).string(text);
    }
    JsonWriter& member(std::string_view name, const char* text) { return key(name).string(text); }
    JsonWriter& member(std::string_view name, uint64_t value) { return key(name).number(value); }
    JsonWriter& member(std::string_view name, float value) { return key(name).number(value); }
    JsonWriter& member(std::string_view name, double value) { return key(name).number(value); }
    JsonWriter& member(std::string_view name, bool value) { return key(name).boolean(value); }

    [[nodiscard]] const std::string& text() const { return text_; }
    [[nodiscard]] std::string take() { return std::move(text_); }
    [[nodiscard]] bool is_empty() const { return text_.empty(); }

private:
    static constexpr size_t kUsual = 1'000;

    JsonWriter& open(char bracket);
    JsonWriter& close(char bracket);
    void separate();

    std::string text_;
    bool comma_ = false;  ///< a value stands before, in the same array or object
};

/// `text` as a JSON string, in quotes, at the end of `out`. Bytes that are not UTF-8 become U+FFFD.
void append_json_string(std::string& out, std::string_view text);

}  // namespace temblor
