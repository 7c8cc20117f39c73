#include "compress/model/tokenizer/json_node.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace temblor {
namespace {

constexpr size_t kMostQuoted = 60;

std::string quoted_briefly(const simdjson::dom::element& value) {
    std::string text = simdjson::minify(value);
    if (text.size() > kMostQuoted) {
        text.resize(kMostQuoted);
        while (!text.empty() && !simdjson::validate_utf8(text)) text.pop_back();
        text += "...";
    }
    return text;
}

std::string describe(const simdjson::dom::element& value) {
    if (value.is_array()) return "an array";
    if (value.is_object()) return "an object";
    return quoted_briefly(value);
}

}  // namespace

std::optional<JsonNode> JsonNode::find(std::string_view name) const {
    simdjson::dom::object object;
    simdjson::dom::element value;
    if (value_.get(object) != simdjson::SUCCESS ||
        object.at_key(name).get(value) != simdjson::SUCCESS || value.is_null()) {
        return std::nullopt;
    }
    return JsonNode(value, path_.empty() ? std::string(name) : fmt::format("{}.{}", path_, name));
}

Result<JsonNode> JsonNode::member(std::string_view name) const {
    if (!value_.is_object()) return expected("an object");
    auto found = find(name);
    if (!found) {
        return Status::invalid_argument(
            fmt::format("field \"{}{}{}\": missing", path_, path_.empty() ? "" : ".", name));
    }
    return *std::move(found);
}

Result<std::vector<JsonNode>> JsonNode::elements() const {
    simdjson::dom::array array;
    if (value_.get(array) != simdjson::SUCCESS) return expected("an array");
    std::vector<JsonNode> nodes;
    nodes.reserve(array.size());
    for (const auto element : array) {
        nodes.emplace_back(element, fmt::format("{}[{}]", path_, nodes.size()));
    }
    return nodes;
}

Status JsonNode::only(std::initializer_list<std::string_view> names) const {
    simdjson::dom::object object;
    if (value_.get(object) != simdjson::SUCCESS) return expected("an object");
    for (const auto field : object) {
        if (std::find(names.begin(), names.end(), field.key) == names.end()) {
            return Status::invalid_argument(fmt::format("field \"{}{}{}\": unknown member", path_,
                                                        path_.empty() ? "" : ".", field.key));
        }
    }
    return {};
}

Result<std::string_view> JsonNode::string() const {
    std::string_view text;
    if (value_.get(text) != simdjson::SUCCESS) return expected("a string");
    return text;
}

Result<bool> JsonNode::boolean() const {
    bool flag = false;
    if (value_.get(flag) != simdjson::SUCCESS) return expected("true or false");
    return flag;
}

Result<double> JsonNode::number() const {
    double number = 0;
    if (value_.get(number) != simdjson::SUCCESS || !std::isfinite(number)) {
        return expected("a number");
    }
    return number;
}

Result<uint64_t> JsonNode::integer(uint64_t most) const {
    uint64_t number = 0;
    if (value_.get(number) != simdjson::SUCCESS || number > most) {
        return expected(fmt::format("an integer of 0 to {}", most));
    }
    return number;
}

Result<std::string> JsonNode::string_or(std::string_view name, std::string_view absent) const {
    const auto found = find(name);
    if (!found) return std::string(absent);
    TEMBLOR_ASSIGN_OR_RETURN(const std::string_view text, found->string());
    return std::string(text);
}

Result<bool> JsonNode::boolean_or(std::string_view name, bool absent) const {
    const auto found = find(name);
    if (!found) return absent;
    return found->boolean();
}

Status JsonNode::expected(std::string_view what) const {
    return Status::invalid_argument(
        fmt::format("field \"{}\": expected {}, found {}", path_, what, describe(value_)));
}

Status JsonNode::unknown(std::string_view kind, std::string_view found) const {
    return Status::unimplemented(
        fmt::format("field \"{}\": unknown {} \"{}\"", path_, kind, found));
}

Result<JsonNode> parse_json_file(simdjson::dom::parser& parser, std::string_view content) {
    simdjson::dom::element root;
    const auto code = parser.parse(content.data(), content.size()).get(root);
    if (code != simdjson::SUCCESS) {
        return Status::invalid_argument(fmt::format("not JSON: {}", simdjson::error_message(code)));
    }
    return JsonNode(root, {});
}

}  // namespace temblor
