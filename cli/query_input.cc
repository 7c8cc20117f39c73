#include "cli/query_input.h"

#include <charconv>
#include <cmath>
#include <optional>
#include <system_error>
#include <utility>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

namespace temblor::cli {
namespace {

namespace json = boost::json;

Status bad(const std::string& what) { return Status::invalid_argument("query vector: " + what); }

Result<float> weight_of(const json::value& value, std::string_view field) {
    if (!value.is_number()) return bad(fmt::format("{}: weight is not a number", field));
    const auto weight = static_cast<float>(value.to_number<double>());
    if (!std::isfinite(weight)) return bad(fmt::format("{}: weight is not finite", field));
    if (weight < 0) return bad(fmt::format("{}: weight {} is negative", field, weight));
    return weight;
}

std::optional<uint32_t> component_number(std::string_view text) {
    uint32_t component = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), component);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return component;
}

Result<QueryVector> from_tokens(const json::object& object, const Vocabulary& vocabulary) {
    QueryVector query;
    for (const auto& member : object) {
        const std::string_view token(member.key().data(), member.key().size());
        TEMBLOR_ASSIGN_OR_RETURN(const float weight, weight_of(member.value(), token));
        std::optional<uint32_t> component;
        if (!vocabulary.empty()) {
            component = vocabulary.find(token);
            if (!component) {
                ++query.unknown_tokens;
                continue;
            }
        } else {
            component = component_number(token);
            if (!component) {
                return bad(fmt::format(
                    "'{}' is not a component's number, and the index has no vocabulary", token));
            }
        }
        query.vector.components.push_back(*component);
        query.vector.values.push_back(weight);
    }
    query.vector.sort_and_merge();
    return query;
}

Result<QueryVector> from_arrays(const json::array& indices, const json::array& values) {
    if (indices.size() != values.size()) {
        return bad(fmt::format("indices has {} entries, values {}", indices.size(), values.size()));
    }
    QueryVector query;
    for (size_t i = 0; i < indices.size(); ++i) {
        json::error_code error;
        const auto component = indices[i].to_number<uint32_t>(error);
        if (error) {
            return bad(fmt::format("indices[{}] is not a whole number from 0 to 2^32 - 1", i));
        }
        TEMBLOR_ASSIGN_OR_RETURN(const float weight,
                                 weight_of(values[i], fmt::format("values[{}]", i)));
        query.vector.components.push_back(component);
        query.vector.values.push_back(weight);
    }
    const size_t given = query.vector.nnz();
    query.vector.sort_and_merge();
    if (query.vector.nnz() != given) return bad("a component is repeated");
    return query;
}

}  // namespace

Result<QueryVector> parse_query_vector(std::string_view text, const Vocabulary& vocabulary) {
    json::error_code error;
    const json::value parsed = json::parse(json::string_view(text.data(), text.size()), error);
    if (error) return bad("not JSON: " + error.message());
    const json::object* object = parsed.if_object();
    if (object == nullptr) return bad("not a JSON object");
    const json::value* indices = object->if_contains("indices");
    const json::value* values = object->if_contains("values");
    if (indices != nullptr && values != nullptr && indices->is_array() && values->is_array()) {
        return from_arrays(indices->get_array(), values->get_array());
    }
    return from_tokens(*object, vocabulary);
}

Result<std::unique_ptr<TextEncoder>> segment_encoder(const Segment& segment) {
    if (segment.encoder().config_json.empty()) return std::unique_ptr<TextEncoder>();
    auto encoder = load_text_encoder(segment.encoder(), segment.vocabulary());
    if (!encoder.is_ok()) return std::move(encoder).status().with_context(segment.path());
    return encoder;
}

}  // namespace temblor::cli
