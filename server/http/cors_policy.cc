#include "server/http/cors_policy.h"

#include <algorithm>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

namespace temblor {
namespace {

constexpr std::string_view kMethods = "GET, HEAD, POST, PUT, PATCH, DELETE";
constexpr std::string_view kRequestHeaders =
    "api-key, Authorization, Accept, Content-Type, Content-Encoding, If-None-Match, X-Request-Id, "
    "traceparent, tracestate, MCP-Protocol-Version, MCP-Session-Id";
constexpr std::string_view kShownHeaders = "ETag, Retry-After, WWW-Authenticate, X-Request-Id";
constexpr std::string_view kMaxAge = "86400";  // seconds

}  // namespace

CorsPolicy::CorsPolicy(std::vector<std::string> origins)
    : origins_(std::move(origins)),
      all_(std::find(origins_.begin(), origins_.end(), "*") != origins_.end()) {}

Status CorsPolicy::check(const std::string& origin) {
    if (origin == "*") return Status::ok();
    const auto parsed = boost::urls::parse_absolute_uri(origin);
    const bool is_lower =
        std::none_of(origin.begin(), origin.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
    if (parsed.has_value() && is_lower && parsed->has_authority() && !parsed->has_userinfo() &&
        !parsed->host().empty() && parsed->encoded_path().empty() && !parsed->has_query()) {
        return Status::ok();
    }
    return Status::invalid_argument(
        "expected * or an origin in lower case, as https://example.com:8443, got '" + origin + "'");
}

bool CorsPolicy::allows(std::string_view origin) const {
    return !origin.empty() &&
           (all_ || std::find(origins_.begin(), origins_.end(), origin) != origins_.end());
}

std::optional<HttpResponse> CorsPolicy::preflight(const HttpHead& head) const {
    if (head.method != boost::beast::http::verb::options || !allows(head.header("Origin")) ||
        head.header("Access-Control-Request-Method").empty()) {
        return std::nullopt;
    }
    HttpResponse response;
    response.status = 204;
    response.content_type.clear();
    response.headers = {{"Access-Control-Allow-Methods", std::string(kMethods)},
                        {"Access-Control-Allow-Headers", std::string(kRequestHeaders)},
                        {"Access-Control-Max-Age", std::string(kMaxAge)}};
    return response;
}

std::vector<std::pair<std::string, std::string>> CorsPolicy::headers(const HttpHead& head) const {
    std::vector<std::pair<std::string, std::string>> headers;
    if (origins_.empty()) return headers;
    // What is sent depends on who asks, also when nothing is.
    if (!all_) headers.emplace_back("Vary", "Origin");
    const std::string_view origin = head.header("Origin");
    if (!allows(origin)) return headers;
    headers.emplace_back("Access-Control-Allow-Origin", all_ ? "*" : std::string(origin));
    headers.emplace_back("Access-Control-Expose-Headers", std::string(kShownHeaders));
    return headers;
}

}  // namespace temblor
