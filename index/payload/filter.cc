#include "index/payload/filter.h"

#include <array>
#include <charconv>

namespace temblor {
namespace {

void append_string(std::string& out, std::string_view text) {
    constexpr std::string_view kHex = "0123456789abcdef";
    out += '"';
    for (const char c : text) {
        const auto byte = static_cast<uint8_t>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (byte < 0x20) {
            out += "\\u00";
            out += kHex[byte >> 4];
            out += kHex[byte & 15];
        } else {
            out += c;
        }
    }
    out += '"';
}

template <typename T>
void append_digits(std::string& out, T number) {
    std::array<char, 32> text{};
    const auto result = std::to_chars(text.data(), text.data() + text.size(), number);
    out.append(text.data(), result.ptr);
}

void append_value(std::string& out, ExactNumber number) {
    const auto whole = static_cast<ExactNumber>(INT64_MIN) <= number &&
                       number <= static_cast<ExactNumber>(UINT64_MAX);
    if (whole && number <= static_cast<ExactNumber>(INT64_MAX) &&
        static_cast<ExactNumber>(static_cast<int64_t>(number)) == number) {
        append_digits(out, static_cast<int64_t>(number));
    } else if (whole && number > 0 &&
               static_cast<ExactNumber>(static_cast<uint64_t>(number)) == number) {
        append_digits(out, static_cast<uint64_t>(number));
    } else {
        const size_t before = out.size();
        append_digits(out, static_cast<double>(number));
        // Digits alone would be read as an integer, which is too large for its type.
        if (out.find_first_of(".e", before) == std::string::npos) out += ".0";
    }
}
void append_value(std::string& out, uint64_t number) { append_digits(out, number); }
void append_value(std::string& out, Moment moment) { append_string(out, to_string(moment)); }

template <typename T>
void append_bounds(std::string& out, const Bounds<T>& bounds) {
    out += '{';
    const char* comma = "";
    const auto one = [&](std::string_view name, const std::optional<T>& bound) {
        if (!bound) return;
        out += comma;
        append_string(out, name);
        out += ':';
        append_value(out, *bound);
        comma = ",";
    };
    one("gt", bounds.gt);
    one("gte", bounds.gte);
    one("lt", bounds.lt);
    one("lte", bounds.lte);
    out += '}';
}

void append_set(std::string& out, const ValueSet& set) {
    out += '[';
    const char* comma = "";
    const auto next = [&]() -> std::string& {
        out += comma;
        comma = ",";
        return out;
    };
    if (set.with_false) next() += "false";
    if (set.with_true) next() += "true";
    for (const int64_t value : set.integers) append_digits(next(), value);
    for (const uint64_t value : set.large_integers) append_digits(next(), value);
    for (const std::string& value : set.strings) append_string(next(), value);
    out += ']';
}

/// Writes what follows the key's member, or the whole condition of those that hold the key.
struct TestWriter {
    std::string& out;
    const KeyPath& key;

    void with_key(std::string_view name) const {
        out += "\"key\":";
        append_string(out, key.text());
        out += ",\"";
        out += name;
        out += "\":";
    }
    void about_key(std::string_view name) const {
        out += '"';
        out += name;
        out += "\":{\"key\":";
        append_string(out, key.text());
        out += '}';
    }

    void operator()(const MatchAny& test) const {
        with_key("match");
        out += "{\"any\":";
        append_set(out, test.values);
        out += '}';
    }
    void operator()(const MatchExcept& test) const {
        with_key("match");
        out += "{\"except\":";
        append_set(out, test.values);
        out += '}';
    }
    void operator()(const MatchText& test) const {
        with_key("match");
        out += "{\"text\":";
        std::string text;
        for (const std::string& word : test.words) text += (text.empty() ? "" : " ") + word;
        append_string(out, text);
        out += '}';
    }
    void operator()(const NumberRange& test) const {
        with_key("range");
        append_bounds(out, test.bounds);
    }
    void operator()(const MomentRange& test) const {
        with_key("range");
        append_bounds(out, test.bounds);
    }
    void operator()(const ValuesCount& test) const {
        with_key("values_count");
        append_bounds(out, test.bounds);
    }
    void operator()(const IsEmpty&) const { about_key("is_empty"); }
    void operator()(const IsNull&) const { about_key("is_null"); }
};

void append_filter(std::string& out, const Filter& filter);

/// Writes a condition's members, without its braces.
struct ConditionWriter {
    std::string& out;

    void operator()(const FieldCondition& condition) const {
        std::visit(TestWriter{out, condition.key}, condition.test);
    }
    void operator()(const HasId& condition) const {
        out += "\"has_id\":[";
        const char* comma = "";
        for (const DocumentId& id : condition.ids) {
            out += comma;
            comma = ",";
            if (const auto* number = std::get_if<uint64_t>(&id)) {
                append_digits(out, *number);
            } else {
                append_string(out, to_string(id));
            }
        }
        out += ']';
    }
    void operator()(const NestedCondition& condition) const {
        out += "\"nested\":{\"key\":";
        append_string(out, condition.key.text());
        out += ",\"filter\":{";
        append_filter(out, condition.filter);
        out += "}}";
    }
    void operator()(const Filter& filter) const { append_filter(out, filter); }
};

void append_conditions(std::string& out, const std::vector<Condition>& conditions) {
    out += '[';
    const char* comma = "";
    for (const Condition& condition : conditions) {
        out += comma;
        comma = ",";
        out += '{';
        std::visit(ConditionWriter{out}, condition.what);
        out += '}';
    }
    out += ']';
}

void append_filter(std::string& out, const Filter& filter) {
    const char* comma = "";
    const auto clause = [&](std::string_view name, const std::vector<Condition>& conditions) {
        if (conditions.empty()) return;
        out += comma;
        comma = ",";
        append_string(out, name);
        out += ':';
        append_conditions(out, conditions);
    };
    clause("must", filter.must);
    clause("should", filter.should);
    clause("must_not", filter.must_not);
    if (!filter.min_should) return;
    out += comma;
    out += "\"min_should\":{\"conditions\":";
    append_conditions(out, filter.min_should->conditions);
    out += ",\"min_count\":";
    append_digits(out, filter.min_should->count);
    out += '}';
}

}  // namespace

bool MinShould::operator==(const MinShould& other) const = default;
bool Filter::operator==(const Filter& other) const = default;
bool NestedCondition::operator==(const NestedCondition& other) const = default;
bool Condition::operator==(const Condition& other) const = default;

bool Filter::is_empty() const {
    return must.empty() && should.empty() && must_not.empty() && !min_should;
}

std::string to_json(const Filter& filter) {
    std::string out = "{";
    append_filter(out, filter);
    out += '}';
    return out;
}

}  // namespace temblor
