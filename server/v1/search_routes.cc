#include "server/v1/search_routes.h"

#include <fmt/format.h>

#include "server/envelope.h"
#include "server/request_json.h"
#include "server/v1/search_answer.h"

namespace temblor {

using SteadyClock = std::chrono::steady_clock;

Result<SourcedResult> run_v1_search(Service& service, HttpRequest& request, const Version& version,
                                    V1Search& asked, SteadyClock::time_point begin) {
    asked.search.may_go_on = [&request, begin, timeout = asked.timeout] {
        if (request.cancelled()) return Status::cancelled("nobody waits for the answer");
        const std::chrono::duration<double> took = SteadyClock::now() - begin;
        if (!timeout || took.count() <= *timeout) return Status::ok();
        return Status::unavailable(fmt::format("the search took longer than {} s", *timeout));
    };
    Service::Scratch scratch(service);
    SourcedResult found;
    TEMBLOR_RETURN_IF_ERROR(search_sources(version, asked.search, *scratch, found));
    service.count_search(request, found.counters);
    return found;
}

Status v1_search_route(Service& service, HttpRequest& request, JsonWriter& answer) {
    const auto begin = SteadyClock::now();
    TEMBLOR_ASSIGN_OR_RETURN(const auto collection, route_collection(service, request));
    TEMBLOR_ASSIGN_OR_RETURN(const auto body, parse_body(request, service.limits()));
    const auto version = collection->version();
    const JsonPlace place("body");
    TEMBLOR_ASSIGN_OR_RETURN(const V1SearchMembers members, read_v1_search_members(body, place));
    RequestTexts texts(service.encoders(), request.cancelled);
    TEMBLOR_ASSIGN_OR_RETURN(V1Search asked, read_with_texts(texts, [&] {
                                 return read_v1_search(members, place, *version, service.limits(),
                                                       texts);
                             }));
    TEMBLOR_ASSIGN_OR_RETURN(const SourcedResult found,
                             run_v1_search(service, request, *version, asked, begin));
    answer.begin_object().key("hits");
    TEMBLOR_RETURN_IF_ERROR(write_v1_hits(*version, asked, found, answer));
    const std::chrono::duration<double, std::milli> took = SteadyClock::now() - begin;
    answer.member("took_ms", took.count());
    answer.key("counters");
    write_v1_counters(found, answer);
    answer.key("settings");
    write_v1_settings(asked, answer);
    answer.end_object();
    return Status::ok();
}

}  // namespace temblor
