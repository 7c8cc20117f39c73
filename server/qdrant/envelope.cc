#include "server/qdrant/envelope.h"

#include <chrono>

#include "server/problem.h"

namespace temblor {

HttpResponse run_qdrant(Service& service, HttpRequest& request, QdrantHandler handler) {
    const auto begin = std::chrono::steady_clock::now();
    JsonWriter json;
    json.begin_object().key("result");
    const Status status = handler(service, request, json);
    if (!status.is_ok()) return error_response(ErrorShape::kQdrant, status);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    json.member("status", "ok").member("time", seconds.count()).end_object();
    HttpResponse response;
    response.body = json.take();
    return response;
}

Result<std::shared_ptr<Collection>> route_collection(Service& service, const HttpRequest& request) {
    return service.store().collection(request.parameters.front());
}

}  // namespace temblor
