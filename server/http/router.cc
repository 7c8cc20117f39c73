#include "server/http/router.h"

#include <set>

#include <boost/beast/http/verb.hpp>

#include "data/check.h"

namespace temblor {
namespace {

using boost::beast::http::verb;

std::vector<std::string_view> split(std::string_view pattern) {
    std::vector<std::string_view> segments;
    while (!pattern.empty()) {
        TEMBLOR_CHECK(pattern.front() == '/');
        pattern.remove_prefix(1);
        const size_t end = std::min(pattern.find('/'), pattern.size());
        if (end > 0) segments.push_back(pattern.substr(0, end));
        pattern.remove_prefix(end);
    }
    return segments;
}

bool is_parameter(std::string_view segment) { return segment.front() == '{'; }

}  // namespace

Router::Router(std::vector<Route> routes) : routes_(std::move(routes)) {
    for (const Route& route : routes_) patterns_.push_back(split(route.pattern));
}

RouteMatch Router::find(const HttpHead& head) const {
    RouteMatch match;
    std::set<std::string> allowed;
    const std::vector<std::string_view>* best = nullptr;
    const auto beats = [](const std::vector<std::string_view>& a,
                          const std::vector<std::string_view>& b) {
        for (size_t i = 0; i < a.size(); ++i) {
            if (is_parameter(a[i]) != is_parameter(b[i])) return !is_parameter(a[i]);
        }
        return false;
    };
    for (size_t r = 0; r < routes_.size(); ++r) {
        const auto& pattern = patterns_[r];
        if (pattern.size() != head.segments.size()) continue;
        bool fits = true;
        for (size_t i = 0; i < pattern.size() && fits; ++i)
            fits = is_parameter(pattern[i]) || pattern[i] == head.segments[i];
        if (!fits) continue;
        const Route& route = routes_[r];
        match.errors = route.errors;
        const bool same =
            route.method == head.method || (head.method == verb::head && route.method == verb::get);
        if (!same) {
            allowed.insert(std::string(boost::beast::http::to_string(route.method)));
            continue;
        }
        if (best != nullptr && !beats(pattern, *best)) continue;
        best = &pattern;
        match.route = &route;
    }
    if (match.route == nullptr) {
        if (allowed.contains("GET")) allowed.insert("HEAD");
        for (const std::string& method : allowed)
            match.allowed += (match.allowed.empty() ? "" : ", ") + method;
        return match;
    }
    match.errors = match.route->errors;
    for (size_t i = 0; i < best->size(); ++i) {
        if (is_parameter((*best)[i])) match.parameters.push_back(head.segments[i]);
    }
    return match;
}

}  // namespace temblor
