#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/verb.hpp>

#include "data/status.h"

namespace temblor {

/// A request's line and headers, decoded.
struct HttpHead {
    boost::beast::http::verb method = boost::beast::http::verb::unknown;
    std::string target;  ///< as it came
    std::vector<std::string>
        segments;  ///< of the path, percent-decoded: "/a/b%2Fc" is {"a", "b/c"}
    std::map<std::string, std::string, std::less<>>
        query;  ///< of "?a=1&b", decoded; the last counts
    boost::beast::http::fields headers;
    std::optional<uint64_t> content_length;
    bool has_body = false;
    std::string peer;        ///< address of the client
    std::string request_id;  ///< the client's X-Request-Id when it is well formed, else made up
    /// What its handler counted, for who writes about requests. Names live for ever.
    std::vector<std::pair<std::string_view, uint64_t>> counters;

    /// A header's value without blanks around it, empty when there is none.
    [[nodiscard]] std::string_view header(std::string_view name) const;
};

/// Splits and decodes `target` into `head`. Errors: kInvalidArgument (not a path, a bad %-sequence,
/// bytes that are not UTF-8, an empty segment, "." and "..").
Status parse_target(std::string_view target, HttpHead& head);

/// Reads the body of a streamed request; blocks, with the connection's deadlines.
class BodyReader {
public:
    virtual ~BodyReader() = default;
    /// The next bytes, empty at the end. Errors: kCancelled (the client went, or was too slow),
    /// kResourceExhausted (past the limit), kInvalidArgument (a broken coding).
    virtual Result<std::string> read() = 0;
    /// Whether the last error was for the size of the body.
    [[nodiscard]] virtual bool is_over_limit() const { return false; }
};

/// A whole request, as a handler gets it.
struct HttpRequest {
    HttpHead head;
    std::vector<std::string> parameters;  ///< what stood for the {..} of the route
    std::string body;                     ///< decoded; empty when it is streamed
    BodyReader* stream = nullptr;         ///< of a streamed route
    /// Whether the client is gone or the server is stopping: long work should end.
    std::function<bool()> cancelled = [] { return false; };
};

}  // namespace temblor
