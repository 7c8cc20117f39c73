#include "server/qdrant/read_routes.h"

#include <array>

#include "index/collection/point_json.h"
#include "index/payload/filter_parser.h"
#include "query/collection/collection_reader.h"
#include "query/collection/facet.h"
#include "server/qdrant/point_output.h"
#include "server/request_json.h"

namespace temblor {
namespace {

namespace dom = simdjson::dom;

Result<std::optional<Filter>> read_filter(const OptionalElement& value) {
    if (!value) return std::optional<Filter>();
    TEMBLOR_ASSIGN_OR_RETURN(Filter filter, parse_filter(*value, "body.filter"));
    if (filter.is_empty()) return std::optional<Filter>();
    return std::optional<Filter>(std::move(filter));
}

Status write_record(const ReadPoint& point, const PointOutput& output, JsonWriter& result) {
    result.begin_object().key("id");
    write_id(point.point.id, result);
    TEMBLOR_RETURN_IF_ERROR(output.write(point.point, result));
    result.end_object();
    return Status::ok();
}

}  // namespace

Status get_point_route(Service& service, HttpRequest& request, JsonWriter& result) {
    TEMBLOR_ASSIGN_OR_RETURN(const auto collection, route_collection(service, request));
    TEMBLOR_ASSIGN_OR_RETURN(const DocumentId id, read_point_id_text(request.parameters[1]));
    TEMBLOR_ASSIGN_OR_RETURN(const auto points,
                             get_points(*collection->version(), std::vector<DocumentId>{id}));
    if (points.empty()) return Status::not_found("no point with id " + request.parameters[1]);
    TEMBLOR_ASSIGN_OR_RETURN(const dom::element yes, parse_json("true", "", service.limits()));
    TEMBLOR_ASSIGN_OR_RETURN(const auto output, PointOutput::read(yes, yes, true));
    return write_record(points.front(), output, result);
}

Status get_points_route(Service& service, HttpRequest& request, JsonWriter& result) {
    static constexpr std::array<std::string_view, 4> kNames = {"ids", "with_payload", "with_vector",
                                                               "shard_key"};
    TEMBLOR_ASSIGN_OR_RETURN(const auto collection, route_collection(service, request));
    TEMBLOR_ASSIGN_OR_RETURN(const dom::element body, parse_body(request, service.limits()));
    const JsonPlace place("body");
    TEMBLOR_ASSIGN_OR_RETURN(const auto m, read_members(body, place, kNames));
    const JsonPlace at(place, "ids");
    TEMBLOR_ASSIGN_OR_RETURN(const dom::element list, needed(m[0], at));
    dom::array array;
    if (list.get_array().get(array) != simdjson::SUCCESS) return at.expected("an array", list);
    if (array.size() > service.limits().points)
        return at.wrong("expected at most " + std::to_string(service.limits().points));
    std::vector<DocumentId> ids;
    for (const dom::element one : array) {
        TEMBLOR_ASSIGN_OR_RETURN(DocumentId id, read_point_id(one, {at, ids.size()}));
        ids.push_back(std::move(id));
    }
    TEMBLOR_ASSIGN_OR_RETURN(const auto output, PointOutput::read(m[1], m[2], true));
    TEMBLOR_ASSIGN_OR_RETURN(const auto points,
                             get_points(*collection->version(), ids, output.parts()));
    result.begin_array();
    for (const ReadPoint& point : points)
        TEMBLOR_RETURN_IF_ERROR(write_record(point, output, result));
    result.end_array();
    return Status::ok();
}

Status scroll_route(Service& service, HttpRequest& request, JsonWriter& result) {
    static constexpr std::array<std::string_view, 7> kNames = {
        "offset", "limit", "filter", "with_payload", "with_vector", "shard_key", "order_by"};
    TEMBLOR_ASSIGN_OR_RETURN(const auto collection, route_collection(service, request));
    TEMBLOR_ASSIGN_OR_RETURN(const dom::element body, parse_body(request, service.limits()));
    const JsonPlace place("body");
    TEMBLOR_ASSIGN_OR_RETURN(const auto m, read_members(body, place, kNames));
    if (m[6]) return Status::unimplemented("body.order_by: order_by is not supported");
    std::optional<DocumentId> from;
    if (m[0]) {
        TEMBLOR_ASSIGN_OR_RETURN(from, read_point_id(*m[0], {place, "offset"}));
    }
    TEMBLOR_ASSIGN_OR_RETURN(const uint64_t limit,
                             read_count(m[1], {place, "limit"}, 10, 1, service.limits().k));
    TEMBLOR_ASSIGN_OR_RETURN(const auto filter, read_filter(m[2]));
    TEMBLOR_ASSIGN_OR_RETURN(const auto output, PointOutput::read(m[3], m[4], true));
    TEMBLOR_ASSIGN_OR_RETURN(const ScrollPage page, scroll_points(*collection->version(), from,
                                                                  limit, filter, output.parts()));
    result.begin_object().key("points").begin_array();
    for (const ReadPoint& point : page.points)
        TEMBLOR_RETURN_IF_ERROR(write_record(point, output, result));
    result.end_array().key("next_page_offset");
    if (page.next) {
        write_id(*page.next, result);
    } else {
        result.null();
    }
    result.end_object();
    return Status::ok();
}

Status count_route(Service& service, HttpRequest& request, JsonWriter& result) {
    static constexpr std::array<std::string_view, 3> kNames = {"filter", "exact", "shard_key"};
    TEMBLOR_ASSIGN_OR_RETURN(const auto collection, route_collection(service, request));
    TEMBLOR_ASSIGN_OR_RETURN(const dom::element body, parse_body(request, service.limits()));
    const JsonPlace place("body");
    TEMBLOR_ASSIGN_OR_RETURN(const auto m, read_members(body, place, kNames));
    TEMBLOR_ASSIGN_OR_RETURN(const auto filter, read_filter(m[0]));
    TEMBLOR_ASSIGN_OR_RETURN(const bool exact, read_bool(m[1], {place, "exact"}, true));
    (void)exact;  // counts are always exact
    TEMBLOR_ASSIGN_OR_RETURN(const uint64_t count, count_points(*collection->version(), filter));
    result.begin_object().member("count", count).end_object();
    return Status::ok();
}

Status facet_route(Service& service, HttpRequest& request, JsonWriter& result) {
    static constexpr std::array<std::string_view, 5> kNames = {"key", "limit", "filter", "exact",
                                                               "shard_key"};
    TEMBLOR_ASSIGN_OR_RETURN(const auto collection, route_collection(service, request));
    TEMBLOR_ASSIGN_OR_RETURN(const dom::element body, parse_body(request, service.limits()));
    const JsonPlace place("body");
    TEMBLOR_ASSIGN_OR_RETURN(const auto m, read_members(body, place, kNames));
    const JsonPlace at(place, "key");
    TEMBLOR_ASSIGN_OR_RETURN(const dom::element key, needed(m[0], at));
    TEMBLOR_ASSIGN_OR_RETURN(const std::string path, read_text(key, at, {}));
    auto parsed = KeyPath::parse(path);
    if (!parsed.is_ok()) return std::move(parsed).status().with_context(at.text());
    TEMBLOR_ASSIGN_OR_RETURN(const uint64_t limit,
                             read_count(m[1], {place, "limit"}, 10, 1, service.limits().k));
    TEMBLOR_ASSIGN_OR_RETURN(const auto filter, read_filter(m[2]));
    TEMBLOR_ASSIGN_OR_RETURN(const bool exact, read_bool(m[3], {place, "exact"}, true));
    (void)exact;  // counts are always exact
    TEMBLOR_ASSIGN_OR_RETURN(const auto facets, count_facets(*collection->version(), *parsed,
                                                             filter, limit, request.cancelled));
    result.begin_object().key("hits").begin_array();
    for (const Facet& facet : facets) {
        result.begin_object().key("value");
        write_facet_value(facet.value, result);
        result.member("count", facet.count).end_object();
    }
    result.end_array().end_object();
    return Status::ok();
}

}  // namespace temblor
