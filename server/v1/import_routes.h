#pragma once

#include "server/http/http_request.h"
#include "server/http/http_response.h"
#include "server/service.h"

namespace temblor {

/// POST /v1/collections/{c}/import: points as JSON lines (index/collection/point_json.h), of any
/// length, with bounded memory. Each line that is not blank has a line in the answer, in order:
/// `{"line": 3, "ok": true}` or `{"line": 4, "ok": false, "error": ".."}`. A wrong line is left out
/// and the others go on; what is answered ok is on disk. Answers are held back until the body is
/// read or many have come together, because many clients read nothing before they have sent all.
/// It is a task; cancelled, it ends with a line that says so, and what was answered ok stays.
HttpResponse import_route(Service& service, HttpRequest& request);

}  // namespace temblor
