#pragma once

#include "server/http/http_request.h"
#include "server/http/http_response.h"
#include "server/service.h"

namespace temblor {

// What the server is and how it does.
HttpResponse root_route(Service& service, HttpRequest& request);
HttpResponse live_route(Service& service, HttpRequest& request);
HttpResponse ready_route(Service& service, HttpRequest& request);
HttpResponse health_route(Service& service, HttpRequest& request);
HttpResponse metrics_route(Service& service, HttpRequest& request);

}  // namespace temblor
