#pragma once

#include <chrono>

#include "server/envelope.h"
#include "server/v1/search_request.h"

namespace temblor {

/// POST /v1/collections/{c}/search: one search by text, a sparse or a dense vector, or several of
/// them fused (server/v1/search_request.h says what it may say, search_answer.h what it answers).
Status v1_search_route(Service& service, HttpRequest& request, JsonWriter& answer);

/// Runs the search, which began at `begin`. Errors: those of the search, kUnavailable past its
/// timeout (looked at between its steps), kCancelled.
Result<SourcedResult> run_v1_search(Service& service, HttpRequest& request, const Version& version,
                                    V1Search& asked, std::chrono::steady_clock::time_point begin);

}  // namespace temblor
