#include "server/envelope.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <initializer_list>

#include "server/problem.h"

namespace temblor {
namespace {

bool is_one_of(std::string_view value, std::initializer_list<std::string_view> words) {
    return std::find(words.begin(), words.end(), value) != words.end();
}

bool is_number(std::string_view text, uint64_t least) {
    uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size() && number >= least;
}

/// The parameters of Qdrant's clients. Others are left aside, as Qdrant does.
Status check_query(const HttpHead& head) {
    for (const auto& parameter : head.query) {
        const std::string& name = parameter.first;
        const std::string& value = parameter.second;
        const auto wrong = [&](std::string_view expected) {
            return Status::invalid_argument("query." + name + ": expected " +
                                            std::string(expected) + ", got '" +
                                            value.substr(0, 100) + "'");
        };
        if (name == "wait" && !is_one_of(value, {"true", "false"})) return wrong("true or false");
        if (name == "timeout" && !is_number(value, 1)) return wrong("a whole number of seconds");
        if (name == "ordering" && !is_one_of(value, {"weak", "medium", "strong"}))
            return wrong("weak, medium or strong");
        if (name == "priority" && !is_one_of(value, {"no_sync", "snapshot", "replica"}))
            return wrong("no_sync, snapshot or replica");
        if (name == "consistency" && !is_one_of(value, {"majority", "quorum", "all"}) &&
            !is_number(value, 0)) {
            return wrong("majority, quorum, all or a whole number");
        }
    }
    return Status::ok();
}

}  // namespace

HttpResponse run_qdrant(Service& service, HttpRequest& request, RouteHandler handler) {
    const auto begin = std::chrono::steady_clock::now();
    JsonWriter json;
    json.begin_object().key("result");
    Status status = check_query(request.head);
    if (status.is_ok()) status = handler(service, request, json);
    if (!status.is_ok()) {
        const bool is_large = request.stream != nullptr && request.stream->is_over_limit();
        return is_large ? error_response(ErrorShape::kQdrant, 413, status.message())
                        : error_response(ErrorShape::kQdrant, status);
    }
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    json.member("status", "ok").member("time", seconds.count()).end_object();
    HttpResponse response;
    response.body = json.take();
    return response;
}

HttpResponse run_v1(Service& service, HttpRequest& request, RouteHandler handler) {
    JsonWriter json;
    const Status status = handler(service, request, json);
    if (!status.is_ok()) return error_response(ErrorShape::kProblem, status);
    HttpResponse response;
    response.body = json.take();
    return response;
}

Result<std::shared_ptr<Collection>> route_collection(Service& service, const HttpRequest& request) {
    return service.store().collection(request.parameters.front());
}

}  // namespace temblor
