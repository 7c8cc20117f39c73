#include "server/http/http_request.h"

#include <boost/beast/core/string.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <simdjson.h>

namespace temblor {
namespace {

Status bad_target(std::string_view what) {
    return Status::invalid_argument("target: " + std::string(what));
}

bool is_text(std::string_view text) {
    return simdjson::validate_utf8(text.data(), text.size()) &&
           text.find('\0') == std::string_view::npos;
}

}  // namespace

std::string_view HttpHead::header(std::string_view name) const {
    const auto at = headers.find(boost::beast::string_view(name.data(), name.size()));
    if (at == headers.end()) return {};
    const auto value = at->value();
    std::string_view text(value.data(), value.size());
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

Status parse_target(std::string_view target, HttpHead& head) {
    head.target = target;
    head.segments.clear();
    head.query.clear();
    const auto parsed = boost::urls::parse_origin_form({target.data(), target.size()});
    if (parsed.has_error()) return bad_target("expected a path");
    const boost::urls::url_view& url = *parsed;
    // One slash at the end is no segment of its own.
    const auto segments = url.segments();
    size_t left = segments.size();
    for (const std::string& segment : segments) {
        --left;
        if (segment.empty()) {
            if (left == 0) break;
            return bad_target("an empty segment");
        }
        if (segment == "." || segment == "..") return bad_target("'" + segment + "' as a segment");
        if (!is_text(segment)) return bad_target("a segment that is not UTF-8 text");
        head.segments.push_back(segment);
    }
    for (const auto& parameter : url.params()) {
        if (!is_text(parameter.key) || !is_text(parameter.value))
            return bad_target("a parameter that is not UTF-8 text");
        head.query[parameter.key] = parameter.value;
    }
    return Status::ok();
}

}  // namespace temblor
