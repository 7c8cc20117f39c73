#include "cli/eval_report.h"

#include <string>
#include <string_view>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include "cli/output.h"

namespace temblor::cli {

namespace json = boost::json;

json::object latency_json(const Latency& latency) {
    json::object object;
    object["mean"] = latency.mean;
    object["p50"] = latency.p50;
    object["p99"] = latency.p99;
    return object;
}

Status print_report_table(const json::object& report) {
    std::string out;
    const auto line = [&](std::string_view name, const json::value& value) {
        const std::string text = value.is_double()   ? fmt::format("{:.4f}", value.get_double())
                                 : value.is_string() ? std::string(value.get_string())
                                 : value.is_bool()   ? std::string(value.get_bool() ? "yes" : "no")
                                                   : fmt::format("{}", value.to_number<uint64_t>());
        out += fmt::format("{:<20} {:>14}\n", name, text);
    };
    for (const auto& member : report) {
        const std::string name(member.key());
        if (const json::object* parts = member.value().if_object()) {
            for (const auto& part : *parts)
                line(name + " " + std::string(part.key()), part.value());
        } else {
            line(name, member.value());
        }
    }
    return print(out);
}

}  // namespace temblor::cli
