#pragma once

#include "server/http/http_request.h"
#include "server/http/http_response.h"
#include "server/service.h"

namespace temblor {

/// GET /openapi.json: the API's description, OpenAPI 3.1 (server/openapi.json). 304 when
/// If-None-Match has its ETag.
HttpResponse openapi_route(Service& service, HttpRequest& request);

}  // namespace temblor
