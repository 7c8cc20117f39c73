#pragma once

#include "server/http/http_request.h"
#include "server/http/http_response.h"
#include "server/json_writer.h"
#include "server/service.h"

namespace temblor {

/// Writes the answer of a route, or what stands under "result" of Qdrant's routes.
using RouteHandler = Status (*)(Service& service, HttpRequest& request, JsonWriter& answer);

/// Qdrant's envelope around it: `{"result": .., "status": "ok", "time": seconds}`, or its error.
HttpResponse run_qdrant(Service& service, HttpRequest& request, RouteHandler handler);
/// What `handler` wrote is the whole body; its error comes as RFC 9457's problem.
HttpResponse run_v1(Service& service, HttpRequest& request, RouteHandler handler);

/// Handlers as routes have them.
template <RouteHandler handler>
HttpResponse qdrant(Service& service, HttpRequest& request) {
    return run_qdrant(service, request, handler);
}
template <RouteHandler handler>
HttpResponse v1(Service& service, HttpRequest& request) {
    return run_v1(service, request, handler);
}

/// The collection that the route's first parameter names.
Result<std::shared_ptr<Collection>> route_collection(Service& service, const HttpRequest& request);

}  // namespace temblor
