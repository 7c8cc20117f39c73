#include "index/payload/payload_values.h"

namespace temblor {

namespace dom = simdjson::dom;

bool is_empty_at(dom::element payload, const KeyPath& key) {
    return !any_value(payload, key, [](dom::element value) {
        dom::array array;
        if (value.get(array) == simdjson::SUCCESS) return array.begin() != array.end();
        return !value.is_null();
    });
}

bool is_null_at(dom::element payload, const KeyPath& key) {
    return any_value(payload, key, [](dom::element value) {
        return any_element(value, [](dom::element element) { return element.is_null(); });
    });
}

std::optional<ExactNumber> exact_number(dom::element value) {
    if (value.is_int64()) return static_cast<ExactNumber>(value.get_int64().value_unsafe());
    if (value.is_uint64()) return static_cast<ExactNumber>(value.get_uint64().value_unsafe());
    if (value.is_double()) return static_cast<ExactNumber>(value.get_double().value_unsafe());
    return std::nullopt;
}

std::optional<Moment> moment_of(dom::element value) {
    std::string_view text;
    if (value.get(text) != simdjson::SUCCESS) return std::nullopt;
    return parse_moment(text);
}

}  // namespace temblor
