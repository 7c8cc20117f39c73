#pragma once

#include <optional>
#include <string_view>

#include <simdjson.h>

#include "index/payload/filter.h"
#include "index/payload/key_path.h"

namespace temblor {

namespace payload_values_internal {

/// Calls `visit(value)` for what the steps from `step` on reach, until it returns true.
template <typename Visit>
bool any_reached(simdjson::dom::element from, const std::vector<KeyPath::Step>& steps, size_t step,
                 const Visit& visit) {
    if (step == steps.size()) return visit(from);
    simdjson::dom::element next;
    if (const auto* name = std::get_if<std::string>(&steps[step])) {
        simdjson::dom::object object;
        return from.get(object) == simdjson::SUCCESS &&
               object.at_key(*name).get(next) == simdjson::SUCCESS &&
               any_reached(next, steps, step + 1, visit);
    }
    simdjson::dom::array array;
    if (from.get(array) != simdjson::SUCCESS) return false;
    if (const auto* number = std::get_if<uint64_t>(&steps[step])) {
        return array.at(*number).get(next) == simdjson::SUCCESS &&
               any_reached(next, steps, step + 1, visit);
    }
    for (const simdjson::dom::element element : array) {
        if (any_reached(element, steps, step + 1, visit)) return true;
    }
    return false;
}

}  // namespace payload_values_internal

/// Whether `visit(value)` is true for a value that `key` reaches; arrays are one value. Stops at
/// the first. Of members with the same name the first counts.
template <typename Visit>
bool any_value(simdjson::dom::element payload, const KeyPath& key, const Visit& visit) {
    return payload_values_internal::any_reached(payload, key.steps(), 0, visit);
}

/// Whether `visit(value)` is true for the value, or for an element of it when it is an array.
template <typename Visit>
bool any_element(simdjson::dom::element value, const Visit& visit) {
    simdjson::dom::array array;
    if (value.get(array) != simdjson::SUCCESS) return visit(value);
    for (const simdjson::dom::element element : array) {
        if (visit(element)) return true;
    }
    return false;
}

/// What IsEmpty asks of all that `key` reaches.
bool is_empty_at(simdjson::dom::element payload, const KeyPath& key);
/// What IsNull asks.
bool is_null_at(simdjson::dom::element payload, const KeyPath& key);

/// The number that `value` is, if it is one.
std::optional<ExactNumber> exact_number(simdjson::dom::element value);
/// The moment that `value` is, if it is a string that says one.
std::optional<Moment> moment_of(simdjson::dom::element value);

}  // namespace temblor
