#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <simdjson.h>

#include "data/status.h"

namespace temblor {

/// A value of a JSON file that knows where it stands ("model.merges[3]"), so that errors do. Valid
/// as long as the parser. All errors are kInvalidArgument but those of unknown().
class JsonNode {
public:
    JsonNode(simdjson::dom::element value, std::string path)
        : value_(value), path_(std::move(path)) {}

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] bool is_object() const { return value_.is_object(); }
    [[nodiscard]] bool is_array() const { return value_.is_array(); }
    [[nodiscard]] bool is_string() const { return value_.is_string(); }
    [[nodiscard]] simdjson::dom::element element() const { return value_; }

    /// A member of an object; absent if it is not there or null.
    [[nodiscard]] std::optional<JsonNode> find(std::string_view name) const;
    [[nodiscard]] Result<JsonNode> member(std::string_view name) const;
    /// The elements of an array.
    [[nodiscard]] Result<std::vector<JsonNode>> elements() const;
    /// Refuses what is no object or has members beyond `names`.
    [[nodiscard]] Status only(std::initializer_list<std::string_view> names) const;

    [[nodiscard]] Result<std::string_view> string() const;
    [[nodiscard]] Result<bool> boolean() const;
    [[nodiscard]] Result<double> number() const;
    /// At most `most`.
    [[nodiscard]] Result<uint64_t> integer(uint64_t most) const;

    /// The members of those names, or the second argument where they are absent or null.
    [[nodiscard]] Result<std::string> string_or(std::string_view name,
                                                std::string_view absent) const;
    [[nodiscard]] Result<bool> boolean_or(std::string_view name, bool absent) const;

    /// "field "PATH": expected EXPECTED, found ...".
    [[nodiscard]] Status expected(std::string_view what) const;
    /// The same as kUnimplemented, for a kind of thing that is not known here.
    [[nodiscard]] Status unknown(std::string_view kind, std::string_view found) const;

private:
    simdjson::dom::element value_;
    std::string path_;
};

/// Parses `content`. The root's path is empty. `parser` owns the result.
Result<JsonNode> parse_json_file(simdjson::dom::parser& parser, std::string_view content);

}  // namespace temblor
