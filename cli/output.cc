#include "cli/output.h"

#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <iterator>
#include <string>

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>
#include <unistd.h>

namespace temblor::cli {
namespace {

bool closed = false;

// Boost writes every double with an exponent; people read 0.36 better than 3.6E-1.
void append(std::string& out, const boost::json::value& value) {
    switch (value.kind()) {
        case boost::json::kind::object: {
            out += '{';
            bool first = true;
            for (const auto& member : value.get_object()) {
                if (!first) out += ", ";
                first = false;
                out += boost::json::serialize(boost::json::string_view(member.key()));
                out += ": ";
                append(out, member.value());
            }
            out += '}';
            return;
        }
        case boost::json::kind::array: {
            out += '[';
            bool first = true;
            for (const auto& element : value.get_array()) {
                if (!first) out += ", ";
                first = false;
                append(out, element);
            }
            out += ']';
            return;
        }
        case boost::json::kind::double_:
            if (!std::isfinite(value.get_double())) {
                out += "null";
            } else {
                fmt::format_to(std::back_inserter(out), "{}", value.get_double());
            }
            return;
        default:
            out += boost::json::serialize(value);
    }
}

}  // namespace

bool output_closed() { return closed; }

Status print(std::string_view text) {
    while (!text.empty() && !closed) {
        const ssize_t written = write(STDOUT_FILENO, text.data(), text.size());
        if (written >= 0) {
            text.remove_prefix(static_cast<size_t>(written));
        } else if (errno == EPIPE) {
            closed = true;
        } else if (errno != EINTR) {
            return Status::io_error("standard output", errno);
        }
    }
    return Status::ok();
}

Status print_json(const boost::json::value& value) {
    std::string text;
    append(text, value);
    text += '\n';
    return print(text);
}

void warn(std::string_view message) {
    const std::string line = fmt::format("temblor: warning: {}\n", message);
    std::fputs(line.c_str(), stderr);
}

double as_printed(float value) {
    const std::string text = fmt::format("{}", value);
    double result = value;
    std::from_chars(text.data(), text.data() + text.size(), result);
    return result;
}

}  // namespace temblor::cli
