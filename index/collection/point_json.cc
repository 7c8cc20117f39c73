#include "index/collection/point_json.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <string>
#include <utility>

#include "index/collection/write_operations.h"

namespace temblor {
namespace {

namespace dom = simdjson::dom;

using VectorValue = std::variant<SparseVector, DenseVector>;

constexpr size_t kUuidDigits = 32;
constexpr size_t kUuidText = 36;

/// `text` as to_string() writes a UUID, if it is one.
std::optional<std::string> canonical_uuid(std::string_view text) {
    if (text.size() != kUuidDigits && text.size() != kUuidText) return std::nullopt;
    const bool dashes = text.size() == kUuidText;
    std::string canonical;
    canonical.reserve(kUuidText);
    for (size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const bool dash_here = dashes && (i == 8 || i == 13 || i == 18 || i == 23);
        if (dash_here
                ? c != '-'
                : !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'))) {
            return std::nullopt;
        }
        if (!dashes && (i == 8 || i == 12 || i == 16 || i == 20)) canonical += '-';
        canonical += c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return canonical;
}

Status read_float(dom::element element, const JsonPlace& place, float& value) {
    double number = 0;
    if (element.get_double().get(number) != simdjson::SUCCESS)
        return place.expected("a number", element);
    // Rounded first: what is just past the largest float still rounds to it.
    value = std::abs(number) > 2.0 * static_cast<double>(std::numeric_limits<float>::max())
                ? std::numeric_limits<float>::infinity()
                : static_cast<float>(number);
    if (!std::isfinite(value))
        return place.wrong("expected a number that a 32-bit float holds, got " +
                           simdjson::minify(element));
    return Status::ok();
}

Result<std::vector<float>> read_floats(dom::array array, const JsonPlace& place) {
    std::vector<float> values;
    values.reserve(array.size());
    for (const dom::element element : array) {
        float value = 0;
        TEMBLOR_RETURN_IF_ERROR(read_float(element, JsonPlace(place, values.size()), value));
        values.push_back(value);
    }
    return values;
}

Result<std::vector<uint32_t>> read_components(dom::array array, const JsonPlace& place) {
    std::vector<uint32_t> components;
    components.reserve(array.size());
    for (const dom::element element : array) {
        const JsonPlace here(place, components.size());
        uint64_t component = 0;
        if (element.get_uint64().get(component) != simdjson::SUCCESS) {
            return element.is_number()
                       ? here.wrong("expected an integer from 0 to 4294967295, got " +
                                    simdjson::minify(element))
                       : here.expected("an integer from 0 to 4294967295", element);
        }
        if (component > UINT32_MAX) {
            return here.wrong("expected an integer from 0 to 4294967295, got " +
                              std::to_string(component));
        }
        components.push_back(static_cast<uint32_t>(component));
    }
    return components;
}

/// Sorts entries by component, which must each be there once.
Status sort_entries(SparseVector& vector, const JsonPlace& indices) {
    const std::vector<uint32_t>& components = vector.components;
    if (std::adjacent_find(components.begin(), components.end(), std::greater_equal<>()) ==
        components.end()) {
        return Status::ok();
    }
    std::vector<size_t> order(components.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
        return components[a] != components[b] ? components[a] < components[b] : a < b;
    });
    SparseVector sorted;
    sorted.components.reserve(order.size());
    sorted.values.reserve(order.size());
    for (size_t i = 0; i < order.size(); ++i) {
        const uint32_t component = components[order[i]];
        if (i > 0 && component == sorted.components.back()) {
            return JsonPlace(indices, order[i])
                .wrong("expected each index once, got " + std::to_string(component) +
                       " again, which is at [" + std::to_string(order[i - 1]) + "]");
        }
        sorted.components.push_back(component);
        sorted.values.push_back(vector.values[order[i]]);
    }
    vector = std::move(sorted);
    return Status::ok();
}

/// Exactly "indices" and "values", both arrays.
bool is_bare_sparse(dom::object object) {
    size_t members = 0;
    for (const auto [name, value] : object) {
        if ((name != "indices" && name != "values") || !value.is_array()) return false;
        ++members;
    }
    return members == 2;
}

Result<std::string> read_payload(dom::element element, const JsonPlace& place) {
    if (!element.is_object()) return place.expected("an object", element);
    return simdjson::minify(element);
}

}  // namespace

bool is_text_object(dom::element element) {
    dom::element text;
    return element.is_object() && element.at_key("text").get(text) == simdjson::SUCCESS &&
           text.is_string();
}

Result<DocumentId> read_point_id_text(std::string_view text) {
    const auto uuid = canonical_uuid(text);
    DocumentId id = parse_document_id(uuid ? std::string_view(*uuid) : text);
    TEMBLOR_RETURN_IF_ERROR(check_point_id(id));
    return id;
}

Result<DocumentId> read_point_id(dom::element element, const JsonPlace& place) {
    uint64_t number = 0;
    if (element.get_uint64().get(number) == simdjson::SUCCESS) return DocumentId(number);
    std::string_view text;
    if (element.get_string().get(text) == simdjson::SUCCESS) {
        auto id = read_point_id_text(text);
        if (!id.is_ok()) return place.wrong(id.status().message());
        return id;
    }
    constexpr std::string_view kExpected = "an unsigned 64-bit number or text";
    if (element.is_number()) {
        return place.wrong("expected " + std::string(kExpected) + ", got " +
                           simdjson::minify(element));
    }
    return place.expected(kExpected, element);
}

Result<SparseVector> read_sparse_members(const OptionalElement& indices,
                                         const OptionalElement& values, const JsonPlace& place) {
    const JsonPlace at_indices(place, "indices");
    const JsonPlace at_values(place, "values");
    const auto as_array = [](const OptionalElement& member, const JsonPlace& at,
                             dom::array& array) {
        if (!member) return at.wrong("expected an array, got nothing");
        if (member->get_array().get(array) != simdjson::SUCCESS)
            return at.expected("an array", *member);
        return Status::ok();
    };
    dom::array components;
    dom::array weights;
    TEMBLOR_RETURN_IF_ERROR(as_array(indices, at_indices, components));
    TEMBLOR_RETURN_IF_ERROR(as_array(values, at_values, weights));
    SparseVector vector;
    TEMBLOR_ASSIGN_OR_RETURN(vector.components, read_components(components, at_indices));
    TEMBLOR_ASSIGN_OR_RETURN(vector.values, read_floats(weights, at_values));
    if (vector.values.size() != vector.components.size()) {
        return at_values.wrong("expected as many entries as indices, " +
                               std::to_string(vector.components.size()) + ", got " +
                               std::to_string(vector.values.size()));
    }
    TEMBLOR_RETURN_IF_ERROR(sort_entries(vector, at_indices));
    return vector;
}

Result<VectorValue> read_point_vector(dom::element element, const JsonPlace& place) {
    dom::array array;
    if (element.get_array().get(array) == simdjson::SUCCESS) {
        TEMBLOR_ASSIGN_OR_RETURN(DenseVector values, read_floats(array, place));
        return VectorValue(std::move(values));
    }
    if (element.is_object()) {
        static constexpr std::array<std::string_view, 2> kNames{"indices", "values"};
        TEMBLOR_ASSIGN_OR_RETURN(const auto members, read_members(element, place, kNames));
        TEMBLOR_ASSIGN_OR_RETURN(SparseVector sparse,
                                 read_sparse_members(members[0], members[1], place));
        return VectorValue(std::move(sparse));
    }
    return place.expected("an array of numbers, or an object of indices and values", element);
}

Result<VectorValue> read_named_vector(std::string_view name, dom::element element,
                                      const JsonPlace& place, const TextReader& text) {
    if (!text || !is_text_object(element)) return read_point_vector(element, place);
    return text(name, element, place);
}

Result<std::vector<NamedVector>> read_point_vectors(dom::element element, const JsonPlace& place,
                                                    const TextReader& text) {
    std::vector<NamedVector> vectors;
    dom::object object;
    const bool named = element.get_object().get(object) == simdjson::SUCCESS;
    if (!named && !element.is_array()) {
        return place.expected("an object of vectors by name, or one vector", element);
    }
    if (!named || is_bare_sparse(object) || (text && is_text_object(element))) {
        TEMBLOR_ASSIGN_OR_RETURN(VectorValue value, read_named_vector({}, element, place, text));
        vectors.push_back({std::string(), std::move(value)});
        return vectors;
    }
    for (const auto [name, value] : object) {
        TEMBLOR_ASSIGN_OR_RETURN(VectorValue one,
                                 read_named_vector(name, value, JsonPlace(place, name), text));
        vectors.push_back({std::string(name), std::move(one)});
    }
    return vectors;
}

Result<Point> read_point(dom::element element, const JsonPlace& place, const TextReader& text) {
    static constexpr std::array<std::string_view, 4> kNames{"id", "payload", "vector", "vectors"};
    TEMBLOR_ASSIGN_OR_RETURN(const auto members, read_members(element, place, kNames));
    const auto& [id, payload, vector, vectors] = members;
    Point point;
    if (!id) {
        return JsonPlace(place, kNames[0])
            .wrong("expected an unsigned 64-bit number or text, got nothing");
    }
    TEMBLOR_ASSIGN_OR_RETURN(point.id, read_point_id(*id, JsonPlace(place, kNames[0])));
    if (payload) {
        TEMBLOR_ASSIGN_OR_RETURN(point.payload,
                                 read_payload(*payload, JsonPlace(place, kNames[1])));
    }
    if (vector && vectors)
        return JsonPlace(place, kNames[3]).wrong("given together with vector, its other name");
    if (vector || vectors) {
        const JsonPlace here(place, vector ? kNames[2] : kNames[3]);
        TEMBLOR_ASSIGN_OR_RETURN(point.vectors,
                                 read_point_vectors(vector ? *vector : *vectors, here, text));
    }
    return point;
}

}  // namespace temblor
