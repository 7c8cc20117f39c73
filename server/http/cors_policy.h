#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "data/status.h"
#include "server/http/http_request.h"
#include "server/http/http_response.h"

namespace temblor {

/// Which pages of other origins may read answers (the CORS protocol of the Fetch standard).
/// Cookies and other credentials of a browser are never allowed; keys go in headers. Immutable.
class CorsPolicy {
public:
    /// Nobody may.
    CorsPolicy() = default;
    /// Origins as browsers write them ("https://example.com:8443"), or "*" for all.
    explicit CorsPolicy(std::vector<std::string> origins);

    /// Ok when `origin` is "*" or scheme://host[:port] in lower case with nothing after it.
    static Status check(const std::string& origin);

    /// The answer to a preflight of an allowed origin, nothing for any other request. It needs no
    /// key: browsers send none with it.
    [[nodiscard]] std::optional<HttpResponse> preflight(const HttpHead& head) const;
    /// Headers for every answer, errors too.
    [[nodiscard]] std::vector<std::pair<std::string, std::string>> headers(
        const HttpHead& head) const;

private:
    [[nodiscard]] bool allows(std::string_view origin) const;

    std::vector<std::string> origins_;
    bool all_ = false;
};

}  // namespace temblor
