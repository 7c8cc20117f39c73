#include "server/problem.h"

#include <algorithm>
#include <array>

#include "server/json_writer.h"

namespace temblor {
namespace {

constexpr std::array kProblems = {
    Problem{400, "invalid-request", "Invalid request"},
    Problem{401, "no-key", "A key is needed"},
    Problem{403, "not-allowed", "Not allowed with this key"},
    Problem{404, "not-found", "Not found"},
    Problem{405, "method-not-allowed", "Method not allowed"},
    Problem{408, "too-slow", "The request came too slowly"},
    Problem{409, "conflict", "Conflict"},
    Problem{413, "body-too-large", "Body too large"},
    Problem{415, "unsupported-coding", "Unsupported coding"},
    Problem{429, "too-many-requests", "Too many requests"},
    Problem{431, "headers-too-large", "Headers too large"},
    Problem{499, "cancelled", "Cancelled"},
    Problem{500, "internal", "Internal error"},
    Problem{501, "not-implemented", "Not implemented"},
    Problem{503, "busy", "Busy"},
    Problem{507, "no-room", "No room"},
};

HttpResponse make(ErrorShape shape, const Problem& problem, const std::string& detail) {
    HttpResponse response;
    response.status = problem.status;
    JsonWriter json;
    json.begin_object();
    if (shape == ErrorShape::kQdrant) {
        json.key("status").begin_object().member("error", detail).end_object();
        json.member("time", 0.0);
    } else {
        response.content_type = "application/problem+json";
        json.member("type", "urn:temblor:problem:" + std::string(problem.type));
        json.member("title", problem.title);
        json.member("status", uint64_t{problem.status});
        json.member("detail", detail);
    }
    json.end_object();
    response.body = json.take();
    if (problem.status == 429 || problem.status == 503)
        response.headers.emplace_back("Retry-After", "1");
    return response;
}

}  // namespace

Problem problem_of(unsigned http_status) {
    const auto at = std::find_if(kProblems.begin(), kProblems.end(),
                                 [&](const Problem& p) { return p.status == http_status; });
    return at != kProblems.end() ? *at : Problem{http_status, "error", "Error"};
}

Problem problem_of(StatusCode code) {
    switch (code) {
        case StatusCode::kInvalidArgument:
            return problem_of(400);
        case StatusCode::kNotFound:
            return problem_of(404);
        case StatusCode::kAlreadyExists:
            return problem_of(409);
        case StatusCode::kResourceExhausted:
            return problem_of(507);
        case StatusCode::kUnavailable:
            return problem_of(503);
        case StatusCode::kCancelled:
            return problem_of(499);
        case StatusCode::kUnimplemented:
            return problem_of(501);
        case StatusCode::kOk:
        case StatusCode::kCorruption:
        case StatusCode::kIoError:
        case StatusCode::kInternal:
            break;
    }
    return problem_of(500);
}

HttpResponse error_response(ErrorShape shape, const Status& status) {
    const Problem problem = problem_of(status.code());
    return make(shape, problem, status.message());
}

HttpResponse error_response(ErrorShape shape, unsigned http_status, const std::string& detail) {
    return make(shape, problem_of(http_status), detail);
}

}  // namespace temblor
