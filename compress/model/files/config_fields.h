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

/// The object that the file at `path` is; the parser keeps it.
Result<simdjson::dom::object> read_json_object(const std::string& path,
                                               simdjson::dom::parser& parser);

/// Reads an object of a model folder's JSON and remembers the first field that was wrong, as
/// "PATH: \"field\": expected ..., found ...". After that every read leaves its target alone, so a
/// reader may ask for all it needs and look at status() once. null counts as absent, as these files
/// write it. Other fields than those asked for are legal: the files carry many that change nothing.
class ConfigFields {
public:
    /// `where` is the file's path, and inside it "\"field\".". The document must outlive this.
    ConfigFields(simdjson::dom::object object, std::string where)
        : object_(object), where_(std::move(where)) {}

    /// A whole number in [least, most]; absent: required unless `fallback` is given.
    void read(std::string_view name, int64_t& out, int64_t least, int64_t most,
              std::optional<int64_t> fallback = std::nullopt);
    /// A finite number in [least, most].
    void read(std::string_view name, double& out, double least, double most,
              std::optional<double> fallback = std::nullopt);
    void read(std::string_view name, bool& out, bool fallback);
    void read(std::string_view name, std::string& out,
              std::optional<std::string_view> fallback = std::nullopt);
    /// A list of finite numbers; absent: empty.
    void read(std::string_view name, std::vector<double>& out);
    /// A list of strings; absent: empty.
    void read(std::string_view name, std::vector<std::string>& out);
    /// One id or a list of ids from 0; absent: empty.
    void read_ids(std::string_view name, std::vector<int64_t>& out);

    /// The object under `name`, or nothing when absent (or not an object: an error).
    std::optional<ConfigFields> object(std::string_view name);
    [[nodiscard]] bool has(std::string_view name) const;
    /// Records that `name` is not what it should be.
    void refuse(std::string_view name, std::string_view expected);
    /// Records an error of a part that was read by object().
    void take_error(const ConfigFields& part);

    [[nodiscard]] simdjson::dom::object json() const { return object_; }
    [[nodiscard]] const Status& status() const { return status_; }

private:
    /// The field's value; nothing when absent, null, or after an error.
    std::optional<simdjson::dom::element> value(std::string_view name) const;

    simdjson::dom::object object_;
    std::string where_;
    Status status_;
};

}  // namespace temblor
