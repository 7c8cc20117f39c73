#include "compress/model/files/config_fields.h"

#include <cmath>

#include <fmt/format.h>

#include "data/text/small_file.h"

namespace temblor {

std::optional<simdjson::dom::element> ConfigFields::value(std::string_view name) const {
    simdjson::dom::element element;
    if (!status_.is_ok() || object_.at_key(name).get(element) != simdjson::SUCCESS ||
        element.is_null()) {
        return std::nullopt;
    }
    return element;
}

bool ConfigFields::has(std::string_view name) const { return value(name).has_value(); }

void ConfigFields::refuse(std::string_view name, std::string_view expected) {
    if (!status_.is_ok()) return;
    simdjson::dom::element element;
    std::string found = "nothing";
    if (object_.at_key(name).get(element) == simdjson::SUCCESS) {
        found = simdjson::to_string(element);
        if (found.size() > 60) found = found.substr(0, 60) + "...";
    }
    status_ = Status::corruption(
        fmt::format("{}\"{}\": expected {}, found {}", where_, name, expected, found));
}

Result<simdjson::dom::object> read_json_object(const std::string& path,
                                               simdjson::dom::parser& parser) {
    TEMBLOR_ASSIGN_OR_RETURN(const std::string text, read_small_file(path));
    simdjson::dom::element root;
    simdjson::dom::object object;
    if (parser.parse(text).get(root) != simdjson::SUCCESS ||
        root.get(object) != simdjson::SUCCESS) {
        return Status::corruption(path + ": expected a JSON object");
    }
    return object;
}

void ConfigFields::take_error(const ConfigFields& part) {
    if (status_.is_ok()) status_ = part.status_;
}

void ConfigFields::read(std::string_view name, int64_t& out, int64_t least, int64_t most,
                        std::optional<int64_t> fallback) {
    const auto element = value(name);
    int64_t number = 0;
    if (!element.has_value() && fallback.has_value()) {
        if (status_.is_ok()) out = *fallback;
    } else if (element.has_value() && element->get(number) == simdjson::SUCCESS &&
               number >= least && number <= most) {
        out = number;
    } else {
        refuse(name, fmt::format("a whole number from {} to {}", least, most));
    }
}

void ConfigFields::read(std::string_view name, double& out, double least, double most,
                        std::optional<double> fallback) {
    const auto element = value(name);
    double number = 0;
    if (!element.has_value() && fallback.has_value()) {
        if (status_.is_ok()) out = *fallback;
    } else if (element.has_value() && element->get(number) == simdjson::SUCCESS &&
               number >= least && number <= most) {
        out = number;
    } else {
        refuse(name, fmt::format("a number from {} to {}", least, most));
    }
}

void ConfigFields::read(std::string_view name, bool& out, bool fallback) {
    if (!status_.is_ok()) return;
    const auto element = value(name);
    out = fallback;
    if (element.has_value() && element->get(out) != simdjson::SUCCESS) {
        refuse(name, "true or false");
    }
}

void ConfigFields::read(std::string_view name, std::string& out,
                        std::optional<std::string_view> fallback) {
    const auto element = value(name);
    std::string_view text;
    if (!element.has_value() && fallback.has_value()) {
        if (status_.is_ok()) out = *fallback;
    } else if (element.has_value() && element->get(text) == simdjson::SUCCESS) {
        out = text;
    } else {
        refuse(name, "a string");
    }
}

void ConfigFields::read(std::string_view name, std::vector<double>& out) {
    const auto element = value(name);
    if (!element.has_value()) return;
    simdjson::dom::array list;
    if (element->get(list) != simdjson::SUCCESS) return refuse(name, "a list of numbers");
    for (const simdjson::dom::element item : list) {
        double number = 0;
        if (item.get(number) != simdjson::SUCCESS || !std::isfinite(number)) {
            return refuse(name, "a list of numbers");
        }
        out.push_back(number);
    }
}

void ConfigFields::read(std::string_view name, std::vector<std::string>& out) {
    const auto element = value(name);
    if (!element.has_value()) return;
    simdjson::dom::array list;
    if (element->get(list) != simdjson::SUCCESS) return refuse(name, "a list of strings");
    for (const simdjson::dom::element item : list) {
        std::string_view text;
        if (item.get(text) != simdjson::SUCCESS) return refuse(name, "a list of strings");
        out.emplace_back(text);
    }
}

void ConfigFields::read_ids(std::string_view name, std::vector<int64_t>& out) {
    const auto element = value(name);
    if (!element.has_value()) return;
    int64_t id = 0;
    simdjson::dom::array list;
    if (element->get(id) == simdjson::SUCCESS && id >= 0) {
        out.push_back(id);
    } else if (element->get(list) == simdjson::SUCCESS) {
        for (const simdjson::dom::element item : list) {
            if (item.get(id) != simdjson::SUCCESS || id < 0) {
                return refuse(name, "a list of token ids");
            }
            out.push_back(id);
        }
    } else {
        refuse(name, "a token id or a list of them");
    }
}

std::optional<ConfigFields> ConfigFields::object(std::string_view name) {
    const auto element = value(name);
    if (!element.has_value()) return std::nullopt;
    simdjson::dom::object inner;
    if (element->get(inner) != simdjson::SUCCESS) {
        refuse(name, "an object");
        return std::nullopt;
    }
    return ConfigFields(inner, fmt::format("{}\"{}\".", where_, name));
}

}  // namespace temblor
