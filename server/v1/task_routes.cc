#include "server/v1/task_routes.h"

#include <charconv>
#include <chrono>

#include "server/problem.h"
#include "server/request_json.h"
#include "server/utc_time.h"

namespace temblor {
namespace {

using TaskClock = std::chrono::system_clock;

HttpResponse task_problem(const Status& status) {
    return error_response(ErrorShape::kProblem, status);
}

Result<uint64_t> task_id(const HttpRequest& request) {
    const std::string& text = request.parameters.front();
    uint64_t id = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
    if (error != std::errc() || end != text.data() + text.size())
        return Status::not_found("no task '" + text.substr(0, 40) + "'");
    return id;
}

/// What tasks and the work of a collection's threads have in common.
void write_progress(std::string_view kind, std::string_view collection, std::string_view state,
                    std::string_view stage, uint64_t done, uint64_t total, JsonWriter& json) {
    json.member("kind", kind).member("collection", collection).member("state", state);
    json.member("stage", stage).member("done", done).member("total", total);
}

void write_times(TaskClock::time_point started, TaskClock::time_point ended, JsonWriter& json) {
    const bool has_ended = ended != TaskClock::time_point();
    json.member("started", utc_time(started)).key("ended");
    if (has_ended) {
        json.string(utc_time(ended));
    } else {
        json.null();
    }
    const std::chrono::duration<double> took = (has_ended ? ended : TaskClock::now()) - started;
    json.member("seconds", std::max(0.0, took.count()));
}

void write_background(const std::string& collection, const CollectionWork& work, JsonWriter& json) {
    json.begin_object().key("id").null();
    write_progress(work.kind, collection, "running", work.stage, work.done, work.total, json);
    json.member("cancellable", false).member("cancelling", false);
    write_times(work.started, {}, json);
    json.key("error").null().end_object();
}

HttpResponse json_answer(JsonWriter& json) {
    HttpResponse response;
    response.body = json.take();
    return response;
}

}  // namespace

void write_task(const TaskView& task, JsonWriter& json) {
    const bool runs = task.state == TaskState::kRunning;
    json.begin_object().member("id", task.id);
    write_progress(task.kind, task.collection, task_state_name(task.state), task.stage, task.done,
                   task.total, json);
    json.member("cancellable", runs).member("cancelling", task.cancelling);
    write_times(task.started, task.ended, json);
    json.key("error");
    if (task.error.empty()) {
        json.null();
    } else {
        json.string(task.error);
    }
    json.end_object();
}

HttpResponse accepted_task(const TaskView& task, JsonWriter& json) {
    HttpResponse response = json_answer(json);
    response.status = 202;
    response.headers.emplace_back("Location", "/v1/tasks/" + std::to_string(task.id));
    return response;
}

HttpResponse list_tasks_route(Service& service, HttpRequest&) {
    JsonWriter json;
    json.begin_object().key("tasks").begin_array();
    for (const StoredCollection& stored : service.store().collections()) {
        if (stored.collection == nullptr) continue;
        for (const CollectionWork& work : stored.collection->background())
            write_background(stored.name, work, json);
    }
    for (const TaskView& task : service.tasks().list()) write_task(task, json);
    json.end_array().end_object();
    return json_answer(json);
}

HttpResponse task_route(Service& service, HttpRequest& request) {
    const auto id = task_id(request);
    if (!id.is_ok()) return task_problem(id.status());
    const auto task = service.tasks().find(*id);
    if (!task.is_ok()) return task_problem(task.status());
    JsonWriter json;
    write_task(*task, json);
    return json_answer(json);
}

HttpResponse cancel_task_route(Service& service, HttpRequest& request) {
    const auto id = task_id(request);
    if (!id.is_ok()) return task_problem(id.status());
    const auto task = service.tasks().cancel(*id);
    if (!task.is_ok()) return task_problem(task.status());
    JsonWriter json;
    write_task(*task, json);
    return accepted_task(*task, json);
}

HttpResponse optimize_route(Service& service, HttpRequest& request) {
    const std::string& name = request.parameters.front();
    auto collection = service.store().collection(name);
    if (!collection.is_ok()) return task_problem(collection.status());
    const auto body = parse_body(request, service.limits());
    if (!body.is_ok()) return task_problem(body.status());
    const Status members = read_members(*body, JsonPlace("body"), {}, {});
    if (!members.is_ok()) return task_problem(members);
    const auto task = service.tasks().start(
        "optimize", name,
        [held = *std::move(collection)](Progress& progress) { return held->compact(progress); },
        true);
    if (!task.is_ok()) return task_problem(task.status());
    JsonWriter json;
    write_task(*task, json);
    return accepted_task(*task, json);
}

HttpResponse slow_queries_route(Service& service, HttpRequest&) {
    JsonWriter json;
    const std::chrono::duration<double, std::milli> least = service.options().slow_query;
    json.begin_object().member("slower_than_ms", least.count()).key("queries").begin_array();
    for (const SlowQuery& query : service.slow_queries().list()) {
        json.begin_object().member("time", utc_time(query.time));
        json.member("method", query.method).member("route", query.route);
        json.member("collection", query.collection).member("target", query.target);
        json.member("status", uint64_t{query.status}).member("ms", query.seconds * 1e3);
        json.member("request_id", query.request_id).key("counters").begin_object();
        for (const auto& [name, value] : query.counters) json.member(name, value);
        json.end_object().end_object();
    }
    json.end_array().end_object();
    return json_answer(json);
}

}  // namespace temblor
