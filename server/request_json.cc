#include "server/request_json.h"

#include <cmath>
#include <memory>

namespace temblor {
namespace {

namespace dom = simdjson::dom;

/// A thread keeps its parser's memory only up to here.
constexpr size_t kKeptBytes = size_t{1} << 20;

}  // namespace

Result<dom::element> parse_json(std::string_view text, std::string_view what,
                                const ServerLimits& limits) {
    static thread_local std::unique_ptr<dom::parser> parser;
    if (parser == nullptr || parser->capacity() > kKeptBytes)
        parser = std::make_unique<dom::parser>();
    simdjson::error_code error = simdjson::SUCCESS;
    if (parser->capacity() < text.size() || parser->max_depth() != limits.json_depth)
        error = parser->allocate(std::max(text.size(), size_t{4096}), limits.json_depth);
    dom::element element;
    if (error == simdjson::SUCCESS) error = parser->parse(text.data(), text.size()).get(element);
    if (error == simdjson::SUCCESS) return element;
    std::string message(what);
    message += ": expected JSON: ";
    message += error == simdjson::DEPTH_ERROR
                   ? "nested more than " + std::to_string(limits.json_depth) + " deep"
                   : simdjson::error_message(error);
    return Status::invalid_argument(std::move(message));
}

Result<dom::element> parse_body(const HttpRequest& request, const ServerLimits& limits) {
    return parse_json(request.body.empty() ? "{}" : std::string_view(request.body), "body", limits);
}

Result<uint64_t> read_count(const OptionalElement& value, const JsonPlace& place, uint64_t fallback,
                            uint64_t least, uint64_t most) {
    if (!value) return fallback;
    const std::string what =
        "a whole number from " + std::to_string(least) + " to " + std::to_string(most);
    uint64_t count = 0;
    if (value->get_uint64().get(count) != simdjson::SUCCESS) return place.expected(what, *value);
    if (count < least || count > most)
        return place.wrong("expected " + what + ", got " + std::to_string(count));
    return count;
}

Result<bool> read_bool(const OptionalElement& value, const JsonPlace& place, bool fallback) {
    if (!value) return fallback;
    bool answer = false;
    if (value->get_bool().get(answer) != simdjson::SUCCESS)
        return place.expected("true or false", *value);
    return answer;
}

Result<std::optional<float>> read_float(const OptionalElement& value, const JsonPlace& place) {
    if (!value) return std::optional<float>();
    double number = 0;
    if (value->get_double().get(number) != simdjson::SUCCESS)
        return place.expected("a number", *value);
    const auto narrow = static_cast<float>(number);
    if (!std::isfinite(narrow)) return place.wrong("expected a number that fits 32 bits");
    return std::optional<float>(narrow);
}

Result<std::string> read_text(const OptionalElement& value, const JsonPlace& place,
                              std::string_view fallback) {
    if (!value) return std::string(fallback);
    std::string_view text;
    if (value->get_string().get(text) != simdjson::SUCCESS)
        return place.expected("a string", *value);
    return std::string(text);
}

Status check_object(const OptionalElement& value, const JsonPlace& place) {
    return !value || value->is_object() ? Status::ok() : place.expected("an object", *value);
}

Result<dom::element> needed(const OptionalElement& value, const JsonPlace& place) {
    if (!value) return place.wrong("missing");
    return *value;
}

}  // namespace temblor
