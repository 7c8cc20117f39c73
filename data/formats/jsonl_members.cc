#include <cstddef>

#include "data/formats/jsonl_line.h"

namespace temblor {
namespace {

/// Steps through JSON that is known to be valid; every step still stays inside the text.
class Cursor {
public:
    explicit Cursor(std::string_view text) : text_(text) {}

    [[nodiscard]] size_t place() const { return place_; }
    [[nodiscard]] char here() const { return place_ < text_.size() ? text_[place_] : '\0'; }

    /// Past blanks and the characters between members.
    void skip_to_next(std::string_view between) {
        while (place_ < text_.size() &&
               (is_space(text_[place_]) || between.find(text_[place_]) != std::string_view::npos)) {
            ++place_;
        }
    }

    void skip_string() {
        for (++place_; place_ < text_.size() && text_[place_] != '"'; ++place_) {
            if (text_[place_] == '\\') ++place_;
        }
        ++place_;
    }

    void skip_value() {
        if (here() == '"') return skip_string();
        if (here() != '{' && here() != '[') return skip_scalar();
        size_t depth = 0;
        while (place_ < text_.size()) {
            const char c = text_[place_];
            if (c == '"') {
                skip_string();
                continue;
            }
            ++place_;
            if (c == '{' || c == '[') ++depth;
            if ((c == '}' || c == ']') && --depth == 0) return;
        }
    }

private:
    static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

    void skip_scalar() {
        while (place_ < text_.size() && !is_space(text_[place_]) && text_[place_] != ',' &&
               text_[place_] != '}') {
            ++place_;
        }
    }

    std::string_view text_;
    size_t place_ = 0;
};

}  // namespace

std::string select_members(std::string_view text, const std::vector<bool>& keep) {
    std::string selected = "{";
    Cursor cursor(text);
    cursor.skip_to_next("{");
    for (const bool kept : keep) {
        cursor.skip_to_next(",");
        const size_t begin = cursor.place();
        cursor.skip_string();
        cursor.skip_to_next(":");
        cursor.skip_value();
        if (!kept) continue;
        if (selected.size() > 1) selected += ',';
        selected += text.substr(begin, cursor.place() - begin);
    }
    selected += '}';
    return selected;
}

}  // namespace temblor
