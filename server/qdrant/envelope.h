#pragma once

#include "server/http/http_request.h"
#include "server/http/http_response.h"
#include "server/json_writer.h"
#include "server/service.h"

namespace temblor {

/// Writes what stands under "result".
using QdrantHandler = Status (*)(Service& service, HttpRequest& request, JsonWriter& result);

/// Qdrant's envelope around it: `{"result": .., "status": "ok", "time": seconds}`.
HttpResponse run_qdrant(Service& service, HttpRequest& request, QdrantHandler handler);

/// A handler as a route has it.
template <QdrantHandler handler>
HttpResponse qdrant(Service& service, HttpRequest& request) {
    return run_qdrant(service, request, handler);
}

/// The collection that the route's first parameter names.
Result<std::shared_ptr<Collection>> route_collection(Service& service, const HttpRequest& request);

}  // namespace temblor
