#include "server/qdrant/query_parser.h"

#include <algorithm>
#include <array>

#include "index/collection/point_json.h"
#include "index/payload/filter_parser.h"
#include "query/collection/collection_reader.h"
#include "server/request_json.h"
#include "server/search_members.h"

namespace temblor {
namespace {

namespace dom = simdjson::dom;

constexpr uint64_t kMaxGroupSize = 1000;
constexpr float kDefaultRankConstant = 2;  // Qdrant's

Status not_supported(const JsonPlace& place, std::string_view what) {
    return Status::unimplemented(place.text() + ": " + std::string(what) + " is not supported");
}

Status read_filter(const OptionalElement& value, const JsonPlace& place, SearchStage& stage) {
    if (!value) return Status::ok();
    TEMBLOR_ASSIGN_OR_RETURN(stage.filter, parse_filter(*value, place.text()));
    return Status::ok();
}

/// What `lookup_from` says.
struct LookupNames {
    std::string collection;
    std::optional<std::string> vector;
};

Result<LookupNames> read_lookup_names(dom::element value, const JsonPlace& place) {
    static constexpr std::array<std::string_view, 3> kNames = {"collection", "vector", "shard_key"};
    TEMBLOR_ASSIGN_OR_RETURN(const auto m, read_members(value, place, kNames));
    const JsonPlace at(place, "collection");
    TEMBLOR_ASSIGN_OR_RETURN(const dom::element name, needed(m[0], at));
    LookupNames names;
    TEMBLOR_ASSIGN_OR_RETURN(names.collection, read_text(name, at, {}));
    if (m[1]) {
        TEMBLOR_ASSIGN_OR_RETURN(names.vector, read_text(m[1], {place, "vector"}, {}));
    }
    return names;
}

/// Ok for what read_lookup_names() takes, also where no id is looked up.
Status check_lookup(const OptionalElement& value, const JsonPlace& place) {
    return value ? read_lookup_names(*value, place).status() : Status::ok();
}

/// Kinds of query that Qdrant has and this engine has not.
constexpr std::array<std::string_view, 9> kOtherQueries = {
    "recommend", "discover", "context", "order_by",          "sample",
    "formula",   "text",     "image",   "relevance_feedback"};

}  // namespace

Result<QdrantQuery> QdrantQueryReader::read_query(dom::element body, const JsonPlace& place,
                                                  bool grouped) {
    static constexpr std::array<std::string_view, 15> kNames = {
        "query",           "prefetch",  "using",    "filter",       "params",
        "score_threshold", "limit",     "offset",   "with_payload", "with_vector",
        "lookup_from",     "shard_key", "group_by", "group_size",   "with_lookup"};
    TEMBLOR_ASSIGN_OR_RETURN(const auto m, read_members(body, place, kNames));
    QdrantQuery query;
    TEMBLOR_RETURN_IF_ERROR(read_page(m[6], m[7], place, query));
    TEMBLOR_RETURN_IF_ERROR(read_groups(m[12], m[13], place, grouped, query));
    if (m[14]) return not_supported({place, "with_lookup"}, "with_lookup");
    TEMBLOR_ASSIGN_OR_RETURN(query.output, PointOutput::read(m[8], m[9], false));
    SearchStage& stage = query.stage;
    TEMBLOR_RETURN_IF_ERROR(read_search_parameters(m[4], {place, "params"}, stage.parameters));
    TEMBLOR_RETURN_IF_ERROR(read_filter(m[3], {place, "filter"}, stage));
    TEMBLOR_RETURN_IF_ERROR(read_prefetches(m[1], {place, "prefetch"}, 1, stage));
    TEMBLOR_ASSIGN_OR_RETURN(const std::string vector, read_text(m[2], {place, "using"}, {}));
    TEMBLOR_RETURN_IF_ERROR(check_lookup(m[10], {place, "lookup_from"}));
    if (m[0]) {
        TEMBLOR_RETURN_IF_ERROR(read_what(*m[0], {place, "query"}, vector, m[10], stage));
        TEMBLOR_RETURN_IF_ERROR(read_threshold(m[5], {place, "score_threshold"}, stage));
        query.distances = is_distance(stage);
        const auto* nearest = std::get_if<NearestStage>(&stage.what);
        if (grouped && nearest != nullptr && nearest->diversity)
            return not_supported({place, "query"}, "mmr in groups");
    } else if (!stage.prefetch.empty()) {
        return place.wrong("a query is needed to merge what the prefetches find");
    } else {
        TEMBLOR_RETURN_IF_ERROR(read_float(m[5], {place, "score_threshold"}).status());
        query.by_id = true;
    }
    return query;
}

Result<QdrantQuery> QdrantQueryReader::read_search(dom::element body, const JsonPlace& place,
                                                   bool grouped) {
    static constexpr std::array<std::string_view, 12> kNames = {
        "vector",          "filter",      "params",    "limit",    "offset",     "with_payload",
        "score_threshold", "with_vector", "shard_key", "group_by", "group_size", "with_lookup"};
    TEMBLOR_ASSIGN_OR_RETURN(const auto m, read_members(body, place, kNames));
    QdrantQuery query;
    TEMBLOR_RETURN_IF_ERROR(read_page(m[3], m[4], place, query));
    TEMBLOR_RETURN_IF_ERROR(read_groups(m[9], m[10], place, grouped, query));
    if (m[11]) return not_supported({place, "with_lookup"}, "with_lookup");
    TEMBLOR_ASSIGN_OR_RETURN(query.output, PointOutput::read(m[5], m[7], false));
    TEMBLOR_RETURN_IF_ERROR(
        read_search_parameters(m[2], {place, "params"}, query.stage.parameters));
    TEMBLOR_RETURN_IF_ERROR(read_filter(m[1], {place, "filter"}, query.stage));
    const JsonPlace at(place, "vector");
    TEMBLOR_ASSIGN_OR_RETURN(const dom::element vector, needed(m[0], at));
    NearestStage nearest;
    dom::element inner = vector;
    dom::element name;
    if (vector.is_object() && vector.at_key("name").get(name) == simdjson::SUCCESS) {
        static constexpr std::array<std::string_view, 2> kParts = {"name", "vector"};
        TEMBLOR_ASSIGN_OR_RETURN(const auto parts, read_members(vector, at, kParts));
        TEMBLOR_ASSIGN_OR_RETURN(nearest.vector, read_text(parts[0], {at, "name"}, {}));
        TEMBLOR_ASSIGN_OR_RETURN(inner, needed(parts[1], {at, "vector"}));
    }
    TEMBLOR_ASSIGN_OR_RETURN(nearest.query,
                             read_named_vector(nearest.vector, inner, at,
                                               texts_.reader(TextSide::kQuery, *version_.schema)));
    TEMBLOR_RETURN_IF_ERROR(check_nonzeros(nearest.query, at, limits_));
    query.stage.what = std::move(nearest);
    TEMBLOR_RETURN_IF_ERROR(read_threshold(m[6], {place, "score_threshold"}, query.stage));
    query.distances = is_distance(query.stage);
    return query;
}

Status QdrantQueryReader::read_prefetches(const OptionalElement& value, const JsonPlace& place,
                                          uint32_t depth, SearchStage& stage) {
    if (!value) return Status::ok();
    if (depth > limits_.prefetch_depth) {
        return place.wrong("expected prefetches at most " + std::to_string(limits_.prefetch_depth) +
                           " deep");
    }
    dom::array array;
    if (value->get_array().get(array) != simdjson::SUCCESS) {
        TEMBLOR_ASSIGN_OR_RETURN(SearchStage one, read_prefetch(*value, place, depth));
        stage.prefetch.push_back(std::move(one));
        return Status::ok();
    }
    for (const dom::element element : array) {
        TEMBLOR_ASSIGN_OR_RETURN(
            SearchStage one,
            read_prefetch(element, JsonPlace(place, stage.prefetch.size()), depth));
        stage.prefetch.push_back(std::move(one));
    }
    return Status::ok();
}

Result<SearchStage> QdrantQueryReader::read_prefetch(dom::element body, const JsonPlace& place,
                                                     uint32_t depth) {
    static constexpr std::array<std::string_view, 8> kNames = {
        "prefetch", "query",           "using", "filter",
        "params",   "score_threshold", "limit", "lookup_from"};
    if (++prefetches_ > limits_.prefetches)
        return place.wrong("expected at most " + std::to_string(limits_.prefetches) +
                           " prefetches");
    TEMBLOR_ASSIGN_OR_RETURN(const auto m, read_members(body, place, kNames));
    SearchStage stage;
    TEMBLOR_ASSIGN_OR_RETURN(const uint64_t limit,
                             read_count(m[6], {place, "limit"}, kDefaultHits, 1, limits_.k));
    stage.limit = static_cast<uint32_t>(limit);
    TEMBLOR_RETURN_IF_ERROR(read_search_parameters(m[4], {place, "params"}, stage.parameters));
    TEMBLOR_RETURN_IF_ERROR(read_filter(m[3], {place, "filter"}, stage));
    TEMBLOR_RETURN_IF_ERROR(read_prefetches(m[0], {place, "prefetch"}, depth + 1, stage));
    TEMBLOR_ASSIGN_OR_RETURN(const std::string vector, read_text(m[2], {place, "using"}, {}));
    TEMBLOR_RETURN_IF_ERROR(check_lookup(m[7], {place, "lookup_from"}));
    const JsonPlace at(place, "query");
    TEMBLOR_ASSIGN_OR_RETURN(const dom::element query, needed(m[1], at));
    TEMBLOR_RETURN_IF_ERROR(read_what(query, at, vector, m[7], stage));
    TEMBLOR_RETURN_IF_ERROR(read_threshold(m[5], {place, "score_threshold"}, stage));
    return stage;
}

Status QdrantQueryReader::read_what(dom::element query, const JsonPlace& place,
                                    const std::string& vector, const OptionalElement& lookup,
                                    SearchStage& stage) {
    dom::object object;
    if (query.get_object().get(object) != simdjson::SUCCESS || is_text_object(query))
        return read_nearest(query, place, vector, lookup, stage);
    for (const auto [name, value] : object) {
        const std::string_view key = name;
        if (key == "fusion" || key == "rrf") return read_fusion(query, place, stage);
        if (key == "nearest") {
            static constexpr std::array<std::string_view, 2> kNames = {"nearest", "mmr"};
            TEMBLOR_ASSIGN_OR_RETURN(const auto m, read_members(query, place, kNames));
            TEMBLOR_RETURN_IF_ERROR(read_nearest(value, {place, "nearest"}, vector, lookup, stage));
            if (!m[1]) return Status::ok();
            TEMBLOR_ASSIGN_OR_RETURN(std::get<NearestStage>(stage.what).diversity,
                                     read_diversity(*m[1], {place, "mmr"}, stage));
            return Status::ok();
        }
        if (std::find(kOtherQueries.begin(), kOtherQueries.end(), key) != kOtherQueries.end())
            return not_supported(JsonPlace(place, key), "this kind of query");
    }
    return read_nearest(query, place, vector, lookup, stage);
}

Status QdrantQueryReader::read_fusion(dom::element query, const JsonPlace& place,
                                      SearchStage& stage) {
    static constexpr std::array<std::string_view, 2> kNames = {"fusion", "rrf"};
    TEMBLOR_ASSIGN_OR_RETURN(const auto m, read_members(query, place, kNames));
    if (m[0].has_value() == m[1].has_value()) return place.wrong("expected either fusion or rrf");
    if (stage.prefetch.empty()) return place.wrong("a fusion needs prefetches");
    if (m[0]) {
        TEMBLOR_ASSIGN_OR_RETURN(const std::string name, read_text(m[0], {place, "fusion"}, {}));
        if (name == "rrf") {
            stage.what = ReciprocalRankFusion{kDefaultRankConstant, {}};
        } else if (name == "dbsf") {
            stage.what = DistributionFusion{};
        } else {
            return JsonPlace(place, "fusion").wrong("expected rrf or dbsf, got '" + name + "'");
        }
        return Status::ok();
    }
    const JsonPlace at(place, "rrf");
    static constexpr std::array<std::string_view, 2> kParts = {"k", "weights"};
    TEMBLOR_ASSIGN_OR_RETURN(const auto parts, read_members(*m[1], at, kParts));
    ReciprocalRankFusion fusion;
    TEMBLOR_ASSIGN_OR_RETURN(const uint64_t k, read_count(parts[0], {at, "k"}, 2, 1, 1'000'000));
    fusion.k = static_cast<float>(k);
    if (parts[1]) {
        TEMBLOR_ASSIGN_OR_RETURN(const auto weights, read_point_vector(*parts[1], {at, "weights"}));
        const auto* values = std::get_if<DenseVector>(&weights);
        if (values == nullptr || values->size() != stage.prefetch.size())
            return JsonPlace(at, "weights").wrong("expected a number for each prefetch");
        fusion.weights = *values;
    }
    stage.what = std::move(fusion);
    return Status::ok();
}

Status QdrantQueryReader::read_nearest(dom::element query, const JsonPlace& place,
                                       const std::string& vector, const OptionalElement& lookup,
                                       SearchStage& stage) {
    TEMBLOR_ASSIGN_OR_RETURN(Target target, read_target(query, place, vector, lookup));
    TEMBLOR_RETURN_IF_ERROR(check_nonzeros(target.vector, place, limits_));
    stage.what = NearestStage{vector, std::move(target.vector)};
    if (target.from) {
        Filter others;
        others.must_not.push_back({HasId{{*target.from}}});
        if (stage.filter) others.must.push_back({*std::move(stage.filter)});
        stage.filter = std::move(others);
    }
    return Status::ok();
}

Result<Diversity> QdrantQueryReader::read_diversity(dom::element value, const JsonPlace& place,
                                                    const SearchStage& stage) {
    static constexpr std::array<std::string_view, 2> kNames = {"diversity", "candidates_limit"};
    constexpr uint32_t kMost = Diversity::kMaxCandidates;
    TEMBLOR_ASSIGN_OR_RETURN(const auto m, read_members(value, place, kNames));
    if (stage.limit > kMost)
        return place.wrong("expected limit and offset of at most " + std::to_string(kMost));
    Diversity diversity;
    TEMBLOR_ASSIGN_OR_RETURN(const auto share, read_float(m[0], {place, "diversity"}));
    diversity.share = share.value_or(diversity.share);
    if (!(diversity.share >= 0 && diversity.share <= 1))
        return JsonPlace(place, "diversity").wrong("expected a number from 0 to 1");
    TEMBLOR_ASSIGN_OR_RETURN(const uint64_t candidates,
                             read_count(m[1], {place, "candidates_limit"}, stage.limit, 1, kMost));
    diversity.candidates = static_cast<uint32_t>(candidates);
    return diversity;
}

Result<QdrantQueryReader::Target> QdrantQueryReader::read_target(dom::element value,
                                                                 const JsonPlace& place,
                                                                 const std::string& vector,
                                                                 const OptionalElement& lookup) {
    if (!value.is_string() && !value.is_uint64()) {
        dom::array array;
        if (value.get_array().get(array) == simdjson::SUCCESS) {
            dom::element first;
            if (array.at(0).get(first) == simdjson::SUCCESS && first.is_array())
                return not_supported(place, "a multivector");
        }
        TEMBLOR_ASSIGN_OR_RETURN(
            auto read, read_named_vector(vector, value, place,
                                         texts_.reader(TextSide::kQuery, *version_.schema)));
        return Target{std::move(read), std::nullopt};
    }
    TEMBLOR_ASSIGN_OR_RETURN(DocumentId id, read_point_id(value, place));
    TEMBLOR_ASSIGN_OR_RETURN(const LookupFrom from,
                             read_lookup(lookup, JsonPlace("lookup_from"), vector));
    const Version& version = from.version != nullptr ? *from.version : version_;
    TEMBLOR_ASSIGN_OR_RETURN(auto points, get_points(version, std::vector<DocumentId>{id}));
    if (points.empty())
        return Status::not_found(place.text() + ": no point with id " + to_string(id));
    for (NamedVector& one : points.front().point.vectors) {
        if (one.name != from.vector) continue;
        Target target{std::move(one.value), std::nullopt};
        if (from.version == nullptr) target.from = std::move(id);
        return target;
    }
    return Status::not_found(place.text() + ": point " + to_string(id) + " has no vector \"" +
                             from.vector + "\"");
}

Result<QdrantQueryReader::LookupFrom> QdrantQueryReader::read_lookup(const OptionalElement& value,
                                                                     const JsonPlace& place,
                                                                     const std::string& vector) {
    LookupFrom from{nullptr, vector};
    if (!value) return from;
    TEMBLOR_ASSIGN_OR_RETURN(LookupNames names, read_lookup_names(*value, place));
    TEMBLOR_ASSIGN_OR_RETURN(const auto other, store_.collection(names.collection));
    if (names.vector) from.vector = *std::move(names.vector);
    from.version = other->version();
    return from;
}

Status QdrantQueryReader::read_threshold(const OptionalElement& value, const JsonPlace& place,
                                         SearchStage& stage) {
    TEMBLOR_ASSIGN_OR_RETURN(stage.least, read_float(value, place));
    if (stage.least && is_distance(stage)) stage.least = -*stage.least;
    return Status::ok();
}

Status QdrantQueryReader::read_page(const OptionalElement& limit, const OptionalElement& offset,
                                    const JsonPlace& place, QdrantQuery& query) {
    TEMBLOR_ASSIGN_OR_RETURN(const HitPage page, read_hit_page(limit, offset, place, limits_));
    query.limit = page.limit;
    query.offset = page.offset;
    query.stage.limit = page.depth();
    return Status::ok();
}

Status QdrantQueryReader::read_groups(const OptionalElement& by, const OptionalElement& size,
                                      const JsonPlace& place, bool grouped, QdrantQuery& query) {
    if (!grouped) {
        if (by) return JsonPlace(place, "group_by").wrong("not expected here");
        if (size) return JsonPlace(place, "group_size").wrong("not expected here");
        return Status::ok();
    }
    const JsonPlace at(place, "group_by");
    TEMBLOR_ASSIGN_OR_RETURN(const dom::element key, needed(by, at));
    TEMBLOR_ASSIGN_OR_RETURN(query.group_by, read_text(key, at, {}));
    TEMBLOR_ASSIGN_OR_RETURN(query.group_size,
                             read_count(size, {place, "group_size"}, 3, 1, kMaxGroupSize));
    return Status::ok();
}

bool QdrantQueryReader::is_distance(const SearchStage& stage) const {
    const auto* nearest = std::get_if<NearestStage>(&stage.what);
    return nearest != nullptr && shows_distances(*version_.schema, nearest->vector);
}

}  // namespace temblor
