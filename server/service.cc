#include "server/service.h"

#include <algorithm>
#include <array>

#include "server/problem.h"
#include "server/routes.h"

namespace temblor {
namespace {

/// What of the path stands where `pattern` has {c}.
std::string collection_of(std::string_view pattern, const HttpHead& head) {
    const size_t at = pattern.find("/{c}");
    if (at == std::string_view::npos) return {};
    const auto place =
        std::count(pattern.begin(), pattern.begin() + static_cast<ptrdiff_t>(at), '/');
    return head.segments.at(static_cast<size_t>(place));
}

SlowQuery slow_query(const HttpHead& head, const Route* route, unsigned status, double seconds) {
    SlowQuery query;
    query.time = std::chrono::system_clock::now();
    query.method = std::string(boost::beast::http::to_string(head.method));
    if (route != nullptr) {
        query.route = std::string(route->pattern);
        query.collection = collection_of(route->pattern, head);
    }
    query.target = head.target.substr(0, SlowQueries::kTargetBytes + 1);
    query.status = status;
    query.seconds = seconds;
    query.request_id = head.request_id;
    query.counters = head.counters;
    return query;
}

}  // namespace

Service::Service(Store& store, AccessLog& log, Options options)
    : store_(store),
      log_(log),
      options_(std::move(options)),
      router_(all_routes()),
      metrics_(router_.routes()),
      started_(std::chrono::steady_clock::now()) {}

std::optional<HttpResponse> Service::admit(const HttpHead& head, RouteMatch& match) {
    match = router_.find(head);
    if (match.route == nullptr) {
        const std::string method = std::string(boost::beast::http::to_string(head.method));
        if (!match.allowed.empty()) {
            HttpResponse response = error_response(
                match.errors, 405, "method: expected " + match.allowed + ", got " + method);
            response.headers.emplace_back("Allow", match.allowed);
            return response;
        }
        const bool ours = !head.segments.empty() && head.segments.front() == "v1";
        match.errors = ours ? ErrorShape::kProblem : ErrorShape::kQdrant;
        return error_response(match.errors, 404, "no route " + head.target.substr(0, 200));
    }
    switch (options_.keys.check(head, match.route->access)) {
        case AccessKeys::Answer::kAllowed:
            return std::nullopt;
        case AccessKeys::Answer::kNoKey: {
            HttpResponse response = error_response(
                match.errors, 401, "expected a key in the header api-key or Authorization: Bearer");
            response.headers.emplace_back("WWW-Authenticate", "Bearer");
            return response;
        }
        case AccessKeys::Answer::kForbidden:
            break;
    }
    return error_response(match.errors, 403, "the key only allows reading");
}

Lane Service::lane_of(const Route& route, const HttpRequest& request) {
    const bool waits = route.lane == Lane::kSearch && encoders_.mentioned(request.body);
    return waits ? Lane::kModel : route.lane;
}

HttpResponse Service::handle(const Route& route, HttpRequest& request) {
    try {
        return route.handle(*this, request);
    } catch (const std::bad_alloc&) {
        return error_response(route.errors, Status::resource_exhausted("out of memory"));
    } catch (const std::exception& error) {
        return error_response(route.errors, Status::internal(error.what()));
    }
}

HttpResponse Service::refuse(ErrorShape shape, unsigned status, const std::string& detail) {
    return error_response(shape, status, detail);
}

void Service::count_search(HttpRequest& request, const SearchCounters& counters) {
    metrics_.count_search(counters);
    const std::array<std::pair<std::string_view, uint64_t>, 5> counted = {
        {{"lists", counters.lists},
         {"blocks_visited", counters.blocks_visited},
         {"blocks_skipped", counters.blocks_skipped},
         {"documents_scored", counters.documents_scored},
         {"bytes_touched", counters.bytes_touched}}};
    auto& sums = request.head.counters;
    if (sums.empty()) return sums.assign(counted.begin(), counted.end());
    for (size_t i = 0; i < counted.size(); ++i) sums[i].second += counted[i].second;
}

void Service::prepare_to_stop() {
    ready_ = false;
    tasks_.stop(options_.limits.drain_time);
}

void Service::finished(const HttpHead& head, const Route* route, unsigned status,
                       uint64_t body_bytes, uint64_t answer_bytes, double seconds) {
    metrics_.count_request(route, status, seconds);
    const bool slow = seconds >= std::chrono::duration<double>(options_.slow_query).count();
    if (slow) slow_queries_.add(slow_query(head, route, status, seconds));
    log_.write({head, status, body_bytes, answer_bytes, seconds, slow});
}

std::unique_ptr<CollectionScratch> Service::take_scratch() {
    {
        const std::lock_guard lock(mutex_);
        if (!scratches_.empty()) {
            auto scratch = std::move(scratches_.back());
            scratches_.pop_back();
            return scratch;
        }
    }
    return std::make_unique<CollectionScratch>();
}

void Service::give_scratch(std::unique_ptr<CollectionScratch> scratch) {
    const std::lock_guard lock(mutex_);
    scratches_.push_back(std::move(scratch));
}

}  // namespace temblor
