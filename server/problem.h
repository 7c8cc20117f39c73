#pragma once

#include <string>
#include <string_view>

#include "data/status.h"
#include "server/http/http_response.h"
#include "server/http/router.h"

namespace temblor {

/// What an error is over HTTP: one table for all routes.
struct Problem {
    unsigned status = 500;
    std::string_view type;   ///< the end of the RFC 9457 type, "body-too-large"
    std::string_view title;  ///< "Body too large"
};
Problem problem_of(StatusCode code);
/// For what fails before there is a Status: 401, 404, 405, 408, 413, 431, 503...
Problem problem_of(unsigned http_status);

/// An error as routes of `shape` tell it: Qdrant's `{"status":{"error":..},"time":..}`, or RFC
/// 9457's problem+json. 429 and 503 say when to try again.
HttpResponse error_response(ErrorShape shape, const Status& status);
HttpResponse error_response(ErrorShape shape, unsigned http_status, const std::string& detail);

}  // namespace temblor
