#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/beast/http/verb.hpp>

#include "server/http/http_request.h"
#include "server/http/http_response.h"

namespace temblor {

/// Where a request runs. Instant ones run where they were read, searches wait for a core in a
/// queue, which most find empty; those that wait for disks have threads of their own, and so have
/// those that wait for models.
enum class Lane : uint8_t { kInstant, kSearch, kBlocking, kModel };

/// What a key must allow.
enum class Access : uint8_t { kPublic, kRead, kWrite };

/// How errors of a route are told.
enum class ErrorShape : uint8_t { kQdrant, kProblem };

class Service;

struct Route {
    boost::beast::http::verb method;
    std::string_view pattern;  ///< "/collections/{collection}/points"
    HttpResponse (*handle)(Service& service, HttpRequest& request);
    Access access = Access::kRead;
    Lane lane = Lane::kSearch;
    bool streamed = false;  ///< the body is read by the handler, and has a larger limit
    ErrorShape errors = ErrorShape::kQdrant;
};

/// What a path and a method lead to.
struct RouteMatch {
    const Route* route = nullptr;
    std::vector<std::string> parameters;
    std::string allowed;  ///< when only other methods are there: "GET, HEAD, PUT"
    ErrorShape errors = ErrorShape::kQdrant;
};

/// Finds routes by method and path. A literal segment beats a parameter. Immutable.
class Router {
public:
    explicit Router(std::vector<Route> routes);

    /// O(routes) comparisons of segments; HEAD finds what GET has.
    [[nodiscard]] RouteMatch find(const HttpHead& head) const;
    [[nodiscard]] std::span<const Route> routes() const { return routes_; }

private:
    std::vector<Route> routes_;
    std::vector<std::vector<std::string_view>> patterns_;  ///< segments of each
};

}  // namespace temblor
