#include "server/v1/envelope.h"

#include "server/problem.h"

namespace temblor {

HttpResponse run_v1(Service& service, HttpRequest& request, V1Handler handler) {
    JsonWriter json;
    const Status status = handler(service, request, json);
    if (!status.is_ok()) return error_response(ErrorShape::kProblem, status);
    HttpResponse response;
    response.body = json.take();
    return response;
}

}  // namespace temblor
