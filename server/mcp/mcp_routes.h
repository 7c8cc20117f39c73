#pragma once

#include "server/http/http_request.h"
#include "server/http/http_response.h"
#include "server/service.h"

namespace temblor {

/// POST /mcp: the Model Context Protocol (2025-03-26, 2025-06-18, 2025-11-25) by streamable HTTP,
/// without sessions and with JSON answers only: initialize, ping, tools/list and tools/call.
/// Notifications and answers are taken with 202. What is no JSON-RPC is answered 400 with a
/// JSON-RPC error, an unknown method 200 with one; what a tool refuses is a result with `isError`.
/// Several messages at once are taken in the one version that has them, 2025-03-26, which is also
/// that of requests that name none. An Origin that is not this server's (server/mcp/origin.h) is
/// answered 403.
HttpResponse mcp_route(Service& service, HttpRequest& request);

}  // namespace temblor
