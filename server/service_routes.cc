#include "server/service_routes.h"

#include "server/json_writer.h"
#include "server/page_routes.h"

namespace temblor {
namespace {

/// The level of Qdrant's API that the compatible routes follow; its clients compare it with theirs.
constexpr std::string_view kQdrantLevel = "1.19.0";

HttpResponse plain(unsigned status, std::string text) {
    HttpResponse response;
    response.status = status;
    response.content_type = "text/plain; charset=utf-8";
    response.body = std::move(text);
    return response;
}

}  // namespace

HttpResponse root_route(Service& service, HttpRequest& request) {
    if (request.head.header("Accept").find("text/html") != std::string_view::npos)
        return page("index.html");
    JsonWriter json;
    json.begin_object().member("title", "temblor - retrieval engine");
    json.member("version", kQdrantLevel).member("commit", "");
    json.member("engine_version", service.options().version).end_object();
    HttpResponse response;
    response.body = json.take();
    response.headers.emplace_back("Vary", "Accept");
    return response;
}

HttpResponse live_route(Service&, HttpRequest&) { return plain(200, "live\n"); }

HttpResponse ready_route(Service& service, HttpRequest&) {
    if (!service.is_ready()) return plain(503, "stopping\n");
    std::string broken;
    for (const StoredCollection& stored : service.store().collections()) {
        if (stored.collection == nullptr)
            broken += stored.name + ": " + stored.error.message() + "\n";
    }
    return broken.empty() ? plain(200, "all collections are ready\n")
                          : plain(503, "not open:\n" + broken);
}

HttpResponse health_route(Service&, HttpRequest&) { return plain(200, "healthz check passed\n"); }

HttpResponse metrics_route(Service& service, HttpRequest&) {
    HttpResponse response = plain(200, service.metrics().text(service.store(), service.server()));
    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
    return response;
}

}  // namespace temblor
