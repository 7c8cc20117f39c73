#include "server/settings_toml.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "data/text/small_file.h"

namespace temblor {
namespace {

using Text = std::string;

constexpr size_t kMaxTomlDigits = 18;

/// A basic string of TOML.
Text quoted(const Text& value) {
    Text out = "\"";
    for (const char c : value) {
        if (c == '"' || c == '\\') out += '\\';
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
            out += fmt::format("\\u{:04X}", c);
        } else {
            out += c;
        }
    }
    return out + "\"";
}

bool is_table(std::string_view name) {
    const auto& all = server_settings();
    return std::any_of(all.begin(), all.end(),
                       [&](const Setting& s) { return s.is_table && s.name == name; });
}

/// The entries of `table` as NAME=VALUE with commas between them.
Result<Text> read_table(const toml::table& table, const Text& place) {
    Text joined;
    for (const auto& [key, node] : table) {
        const auto* value = node.as_string();
        if (value == nullptr || value->get().find(',') != Text::npos)
            return Status::invalid_argument(
                fmt::format("{}.{}: expected a string without commas", place, key.str()));
        joined += fmt::format("{}{}={}", joined.empty() ? "" : ",", key.str(), value->get());
    }
    return joined;
}

/// An inline table of TOML.
Text table_in_toml(const Text& value) {
    Text out;
    for (const Text& one : split_setting(value)) {
        const size_t at = one.find('=');
        out += fmt::format("{}{} = {}", out.empty() ? " " : ", ", quoted(one.substr(0, at)),
                           quoted(one.substr(at + 1)));
    }
    return "{" + out + (out.empty() ? "}" : " }");
}

bool is_list(std::string_view name) {
    const auto& all = server_settings();
    return std::any_of(all.begin(), all.end(),
                       [&](const Setting& s) { return s.is_list && s.name == name; });
}

/// The strings of `list` with commas between them.
Result<Text> read_list(const toml::array& list, const Text& place) {
    Text joined;
    for (const toml::node& node : list) {
        const auto* value = node.as_string();
        if (value == nullptr || value->get().find(',') != Text::npos)
            return Status::invalid_argument(place + ": expected strings without commas");
        if (!joined.empty()) joined += ',';
        joined += value->get();
    }
    return joined;
}

/// An array of TOML.
Text list_in_toml(const Text& value) {
    Text out;
    for (const Text& one : split_setting(value)) {
        if (!out.empty()) out += ", ";
        out += quoted(one);
    }
    return "[" + out + "]";
}

}  // namespace

std::vector<std::string> split_setting(const std::string& text) {
    std::vector<std::string> values;
    for (size_t begin = 0; begin < text.size();) {
        const size_t end = std::min(text.find(',', begin), text.size());
        const size_t first = std::min(text.find_first_not_of(' ', begin), end);
        std::string value = text.substr(first, end - first);
        value.erase(value.find_last_not_of(' ') + 1);
        if (!value.empty()) values.push_back(std::move(value));
        begin = end + 1;
    }
    return values;
}

Result<ServerSettings::Values> read_settings_file(const std::string& path) {
    TEMBLOR_ASSIGN_OR_RETURN(const std::string content, read_small_file(path));
    ServerSettings::Values values;
    try {
        const toml::table table = toml::parse(content, path);
        for (const auto& [key, node] : table) {
            const Text name(key.str());
            if (const auto* word = node.as_string()) {
                values[name] = word->get();
            } else if (const auto* whole = node.as_integer()) {
                values[name] = std::to_string(whole->get());
            } else if (const auto* flag = node.as_boolean()) {
                values[name] = flag->get() ? "true" : "false";
            } else if (const auto* list = node.as_array(); list != nullptr && is_list(name)) {
                if (is_table(name)) {
                    return Status::invalid_argument(
                        fmt::format("{}: {}: expected a table", path, name));
                }
                TEMBLOR_ASSIGN_OR_RETURN(values[name],
                                         read_list(*list, fmt::format("{}: {}", path, name)));
            } else if (const auto* names = node.as_table(); names != nullptr && is_table(name)) {
                TEMBLOR_ASSIGN_OR_RETURN(values[name],
                                         read_table(*names, fmt::format("{}: {}", path, name)));
            } else {
                return Status::invalid_argument(fmt::format(
                    "{}: {}: expected a string, a whole number or a boolean", path, name));
            }
        }
    } catch (const toml::parse_error& error) {
        return Status::invalid_argument(
            fmt::format("{}: line {}: {}", path, error.source().begin.line, error.description()));
    }
    return values;
}

std::string ServerSettings::to_toml() const {
    Text out;
    for (const Setting& setting : server_settings()) {
        if (setting.is_secret) continue;
        const Text value = setting.get(*this);
        out += "# " + setting.help + "\n";
        // TOML's numbers end at 2^63 - 1; load() takes any setting as a string, too.
        const bool in_quotes = setting.is_text || value.size() > kMaxTomlDigits;
        const Text written = setting.is_table  ? table_in_toml(value)
                             : setting.is_list ? list_in_toml(value)
                             : in_quotes       ? quoted(value)
                                               : value;
        out += setting.name + " = " + written + "\n";
    }
    return out;
}

}  // namespace temblor
