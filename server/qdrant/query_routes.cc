#include "server/qdrant/query_routes.h"

#include <algorithm>
#include <array>
#include <limits>
#include <map>

#include "index/payload/payload_parser.h"
#include "query/collection/facet.h"
#include "server/qdrant/query_parser.h"
#include "server/request_json.h"

namespace temblor {
namespace {

namespace dom = simdjson::dom;

using ReadBody = Result<QdrantQuery> (QdrantQueryReader::*)(dom::element, const JsonPlace&, bool);

/// The hits of a query, past its offset.
Result<std::vector<CollectionHit>> find(Service& service, HttpRequest& request,
                                        const Version& version, const QdrantQuery& query) {
    std::vector<CollectionHit> hits;
    if (query.by_id) {
        TEMBLOR_ASSIGN_OR_RETURN(const auto page,
                                 scroll_points(version, std::nullopt, query.stage.limit,
                                               query.stage.filter, {false, false}));
        for (const ReadPoint& point : page.points)
            hits.push_back({point.point.id, point.ordinal, 0});
    } else {
        Service::Scratch scratch(service);
        CollectionResult found;
        TEMBLOR_RETURN_IF_ERROR(search_stages(version, query.stage, *scratch, found));
        service.count_search(request, found.counters);
        hits = std::move(found.hits);
    }
    hits.erase(hits.begin(),
               hits.begin() + static_cast<ptrdiff_t>(std::min<size_t>(query.offset, hits.size())));
    return hits;
}

/// A score as it is shown. JSON has no infinity: what overflowed is the largest float there is.
float shown_score(float score, bool is_distance) {
    constexpr float kMost = std::numeric_limits<float>::max();
    return std::clamp(is_distance ? -score : score, -kMost, kMost);
}

/// Qdrant's ScoredPoint for each hit.
Status write_hits(const Version& version, const QdrantQuery& query,
                  const std::vector<CollectionHit>& hits, JsonWriter& result) {
    const ReadParts parts = query.output.parts();
    std::vector<ReadPoint> points;
    if (parts.payload || parts.vectors) {
        TEMBLOR_ASSIGN_OR_RETURN(points, get_points(version, hits, parts));
    }
    result.begin_array();
    for (size_t i = 0; i < hits.size(); ++i) {
        result.begin_object().key("id");
        write_id(hits[i].id, result);
        result.member("version", hits[i].ordinal);
        result.member("score", shown_score(hits[i].score, query.distances));
        if (!points.empty()) TEMBLOR_RETURN_IF_ERROR(query.output.write(points[i].point, result));
        result.end_object();
    }
    result.end_array();
    return Status::ok();
}

/// The query that is a whole body.
Result<QdrantQuery> read_one(Service& service, const HttpRequest& request, const Version& version,
                             dom::element body, ReadBody read, bool grouped) {
    RequestTexts texts(service.encoders(), request.cancelled);
    return read_with_texts(texts, [&] {
        QdrantQueryReader reader(service.store(), version, service.limits(), texts);
        return (reader.*read)(body, JsonPlace("body"), grouped);
    });
}

Status answer(Service& service, HttpRequest& request, JsonWriter& result, ReadBody read,
              bool as_object) {
    TEMBLOR_ASSIGN_OR_RETURN(const auto collection, route_collection(service, request));
    TEMBLOR_ASSIGN_OR_RETURN(const dom::element body, parse_body(request, service.limits()));
    const auto version = collection->version();
    TEMBLOR_ASSIGN_OR_RETURN(const QdrantQuery query,
                             read_one(service, request, *version, body, read, false));
    TEMBLOR_ASSIGN_OR_RETURN(const auto hits, find(service, request, *version, query));
    if (as_object) result.begin_object().key("points");
    TEMBLOR_RETURN_IF_ERROR(write_hits(*version, query, hits, result));
    if (as_object) result.end_object();
    return Status::ok();
}

Status answer_batch(Service& service, HttpRequest& request, JsonWriter& result, ReadBody read,
                    bool as_object) {
    static constexpr std::array<std::string_view, 1> kNames = {"searches"};
    TEMBLOR_ASSIGN_OR_RETURN(const auto collection, route_collection(service, request));
    TEMBLOR_ASSIGN_OR_RETURN(const dom::element body, parse_body(request, service.limits()));
    const JsonPlace place("body");
    TEMBLOR_ASSIGN_OR_RETURN(const auto m, read_members(body, place, kNames));
    const JsonPlace at(place, "searches");
    TEMBLOR_ASSIGN_OR_RETURN(const dom::element list, needed(m[0], at));
    dom::array array;
    if (list.get_array().get(array) != simdjson::SUCCESS) return at.expected("an array", list);
    if (array.size() > service.limits().batch)
        return at.wrong("expected at most " + std::to_string(service.limits().batch));
    // All of them over one version.
    const auto version = collection->version();
    RequestTexts texts(service.encoders(), request.cancelled);
    const auto read_all = [&]() -> Result<std::vector<QdrantQuery>> {
        std::vector<QdrantQuery> all;
        for (const dom::element one : array) {
            QdrantQueryReader reader(service.store(), *version, service.limits(), texts);
            TEMBLOR_ASSIGN_OR_RETURN(QdrantQuery query,
                                     (reader.*read)(one, JsonPlace(at, all.size()), false));
            all.push_back(std::move(query));
        }
        return all;
    };
    TEMBLOR_ASSIGN_OR_RETURN(const std::vector<QdrantQuery> queries,
                             read_with_texts(texts, read_all));
    result.begin_array();
    for (const QdrantQuery& query : queries) {
        if (request.cancelled()) return Status::cancelled("nobody waits for the answer");
        TEMBLOR_ASSIGN_OR_RETURN(const auto hits, find(service, request, *version, query));
        if (as_object) result.begin_object().key("points");
        TEMBLOR_RETURN_IF_ERROR(write_hits(*version, query, hits, result));
        if (as_object) result.end_object();
    }
    result.end_array();
    return Status::ok();
}

struct Group {
    FacetValue value;
    std::vector<CollectionHit> hits;
};

/// Groups in the order of their best hits, each with its `group_size` best.
Result<std::vector<Group>> make_groups(const Version& version, const QdrantQuery& query,
                                       const KeyPath& key, const std::vector<CollectionHit>& hits) {
    TEMBLOR_ASSIGN_OR_RETURN(const auto points, get_points(version, hits, {true, false}));
    std::vector<Group> groups;
    std::map<FacetValue, size_t> places;
    PayloadParser parser;
    for (size_t i = 0; i < hits.size(); ++i) {
        TEMBLOR_ASSIGN_OR_RETURN(const auto payload, parser.parse(points[i].point.payload));
        for (FacetValue& value : facet_values(payload, key)) {
            if (std::holds_alternative<bool>(value)) continue;  // no id of a group, in Qdrant too
            const auto [at, is_new] = places.try_emplace(value, groups.size());
            if (is_new) groups.push_back({std::move(value), {}});
            Group& group = groups[at->second];
            if (group.hits.size() < query.group_size) group.hits.push_back(hits[i]);
        }
    }
    return groups;
}

bool are_full(const std::vector<Group>& groups, const QdrantQuery& query) {
    if (groups.size() < query.limit) return false;
    return std::all_of(groups.begin(), groups.begin() + static_cast<ptrdiff_t>(query.limit),
                       [&](const Group& group) { return group.hits.size() == query.group_size; });
}

Status answer_groups(Service& service, HttpRequest& request, JsonWriter& result, ReadBody read) {
    TEMBLOR_ASSIGN_OR_RETURN(const auto collection, route_collection(service, request));
    TEMBLOR_ASSIGN_OR_RETURN(const dom::element body, parse_body(request, service.limits()));
    const auto version = collection->version();
    TEMBLOR_ASSIGN_OR_RETURN(QdrantQuery query,
                             read_one(service, request, *version, body, read, true));
    auto key = KeyPath::parse(query.group_by);
    if (!key.is_ok()) return std::move(key).status().with_context("body.group_by");
    // More and more hits, until the groups are full or there are no more.
    const uint32_t most = service.limits().k;
    query.stage.limit = static_cast<uint32_t>(
        std::min<uint64_t>(most, std::max<uint64_t>(64, 2 * query.limit * query.group_size)));
    std::vector<Group> groups;
    while (true) {
        TEMBLOR_ASSIGN_OR_RETURN(const auto hits, find(service, request, *version, query));
        TEMBLOR_ASSIGN_OR_RETURN(groups, make_groups(*version, query, *key, hits));
        if (hits.size() < query.stage.limit || query.stage.limit == most) break;
        if (are_full(groups, query)) break;
        query.stage.limit = std::min(most, 4 * query.stage.limit);
        if (request.cancelled()) return Status::cancelled("nobody waits for the answer");
    }
    if (groups.size() > query.limit) groups.resize(query.limit);
    result.begin_object().key("groups").begin_array();
    for (const Group& group : groups) {
        result.begin_object().key("hits");
        TEMBLOR_RETURN_IF_ERROR(write_hits(*version, query, group.hits, result));
        result.key("id");
        write_facet_value(group.value, result);
        result.end_object();
    }
    result.end_array().end_object();
    return Status::ok();
}

}  // namespace

Status query_route(Service& service, HttpRequest& request, JsonWriter& result) {
    return answer(service, request, result, &QdrantQueryReader::read_query, true);
}

Status query_batch_route(Service& service, HttpRequest& request, JsonWriter& result) {
    return answer_batch(service, request, result, &QdrantQueryReader::read_query, true);
}

Status query_groups_route(Service& service, HttpRequest& request, JsonWriter& result) {
    return answer_groups(service, request, result, &QdrantQueryReader::read_query);
}

Status search_route(Service& service, HttpRequest& request, JsonWriter& result) {
    return answer(service, request, result, &QdrantQueryReader::read_search, false);
}

Status search_batch_route(Service& service, HttpRequest& request, JsonWriter& result) {
    return answer_batch(service, request, result, &QdrantQueryReader::read_search, false);
}

Status search_groups_route(Service& service, HttpRequest& request, JsonWriter& result) {
    return answer_groups(service, request, result, &QdrantQueryReader::read_search);
}

}  // namespace temblor
