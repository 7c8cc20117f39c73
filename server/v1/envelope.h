#pragma once

#include "server/http/http_request.h"
#include "server/http/http_response.h"
#include "server/json_writer.h"
#include "server/service.h"

namespace temblor {

/// Writes the whole body of an answer.
using V1Handler = Status (*)(Service& service, HttpRequest& request, JsonWriter& answer);

/// The answer of `handler`, or its error as RFC 9457's problem.
HttpResponse run_v1(Service& service, HttpRequest& request, V1Handler handler);

/// A handler as a route has it.
template <V1Handler handler>
HttpResponse v1(Service& service, HttpRequest& request) {
    return run_v1(service, request, handler);
}

}  // namespace temblor
