#pragma once

#include "server/http/http_request.h"
#include "server/http/http_response.h"
#include "server/json_writer.h"
#include "server/service.h"

namespace temblor {

/// GET /v1/tasks: `{"tasks": [..]}`, those of the server (server/tasks.h) and, with a null id, what
/// the collections' own threads are doing.
HttpResponse list_tasks_route(Service& service, HttpRequest& request);
/// GET /v1/tasks/{id}
HttpResponse task_route(Service& service, HttpRequest& request);
/// DELETE /v1/tasks/{id}: asks it to end; 202, or 409 when it has ended.
HttpResponse cancel_task_route(Service& service, HttpRequest& request);
/// POST /v1/collections/{c}/optimize: all segments into as few as possible, in the background; 202
/// with the task, the one that runs already if there is one.
HttpResponse optimize_route(Service& service, HttpRequest& request);
/// GET /v1/slow-queries: the last slow requests, newest first.
HttpResponse slow_queries_route(Service& service, HttpRequest& request);

void write_task(const TaskView& task, JsonWriter& json);
/// 202 with what `json` holds, and where the task is to be found.
HttpResponse accepted_task(const TaskView& task, JsonWriter& json);

}  // namespace temblor
