#include "server/qdrant/write_parser.h"

#include <array>

#include "index/collection/point_json.h"
#include "index/payload/filter_parser.h"
#include "server/request_json.h"

namespace temblor {
namespace {

namespace dom = simdjson::dom;

Result<dom::array> read_list(dom::element value, const JsonPlace& place, uint64_t most) {
    dom::array array;
    if (value.get_array().get(array) != simdjson::SUCCESS) return place.expected("an array", value);
    if (array.size() > most)
        return place.wrong("expected at most " + std::to_string(most) + " elements");
    return array;
}

Result<std::vector<DocumentId>> read_ids(dom::element value, const JsonPlace& place,
                                         const ServerLimits& limits) {
    TEMBLOR_ASSIGN_OR_RETURN(const dom::array array, read_list(value, place, limits.points));
    std::vector<DocumentId> ids;
    for (const dom::element one : array) {
        TEMBLOR_ASSIGN_OR_RETURN(DocumentId id, read_point_id(one, {place, ids.size()}));
        ids.push_back(std::move(id));
    }
    return ids;
}

/// What `points` or `filter` say; one of them must be there.
Result<PointTarget> read_target(const OptionalElement& points, const OptionalElement& filter,
                                const JsonPlace& place, const ServerLimits& limits) {
    if (points.has_value() == filter.has_value())
        return place.wrong("expected either points or filter");
    if (points) {
        TEMBLOR_ASSIGN_OR_RETURN(auto ids, read_ids(*points, {place, "points"}, limits));
        return PointTarget(std::move(ids));
    }
    TEMBLOR_ASSIGN_OR_RETURN(Filter parsed,
                             parse_filter(*filter, JsonPlace(place, "filter").text()));
    return PointTarget(std::move(parsed));
}

Result<std::vector<std::string>> read_words(const OptionalElement& value, const JsonPlace& place,
                                            const ServerLimits& limits) {
    TEMBLOR_ASSIGN_OR_RETURN(const dom::element list, needed(value, place));
    TEMBLOR_ASSIGN_OR_RETURN(const dom::array array, read_list(list, place, limits.batch));
    std::vector<std::string> words;
    for (const dom::element one : array) {
        TEMBLOR_ASSIGN_OR_RETURN(std::string word, read_text(one, {place, words.size()}, {}));
        words.push_back(std::move(word));
    }
    return words;
}

/// Calls read(element, place, point) for the elements of `list`, which are as many as `points`.
template <typename Read>
Status for_rows(dom::element list, const JsonPlace& place, std::vector<Point>& points, Read read) {
    dom::array array;
    if (list.get_array().get(array) != simdjson::SUCCESS) return place.expected("an array", list);
    if (array.size() != points.size()) {
        return place.wrong("expected as many elements as ids (" + std::to_string(points.size()) +
                           "), got " + std::to_string(array.size()));
    }
    size_t row = 0;
    for (const dom::element one : array) {
        TEMBLOR_RETURN_IF_ERROR(read(one, JsonPlace(place, row), points[row]));
        ++row;
    }
    return Status::ok();
}

/// Vectors of a batch: a list of what each point has, or a list for each name.
Status read_columns(dom::element vectors, const JsonPlace& place, const TextReader& text,
                    std::vector<Point>& points) {
    if (vectors.is_array()) {
        return for_rows(vectors, place, points,
                        [&](dom::element one, const JsonPlace& at, Point& point) -> Status {
                            TEMBLOR_ASSIGN_OR_RETURN(point.vectors,
                                                     read_point_vectors(one, at, text));
                            return Status::ok();
                        });
    }
    dom::object names;
    if (vectors.get_object().get(names) != simdjson::SUCCESS)
        return place.expected("an array or an object", vectors);
    for (const auto [name, list] : names) {
        const std::string_view called = name;
        TEMBLOR_RETURN_IF_ERROR(
            for_rows(list, JsonPlace(place, called), points,
                     [&](dom::element one, const JsonPlace& at, Point& point) -> Status {
                         auto vector = read_named_vector(called, one, at, text);
                         if (!vector.is_ok()) return std::move(vector).status();
                         point.vectors.emplace_back().name = called;
                         point.vectors.back().value = *std::move(vector);
                         return Status::ok();
                     }));
    }
    return Status::ok();
}

Result<std::vector<Point>> read_batch(dom::element batch, const JsonPlace& place,
                                      const WriteContext& context) {
    static constexpr std::array<std::string_view, 3> kNames = {"ids", "vectors", "payloads"};
    TEMBLOR_ASSIGN_OR_RETURN(const auto members, read_members(batch, place, kNames));
    TEMBLOR_ASSIGN_OR_RETURN(const dom::element id_list, needed(members[0], {place, "ids"}));
    TEMBLOR_ASSIGN_OR_RETURN(auto ids, read_ids(id_list, {place, "ids"}, context.limits));
    std::vector<Point> points(ids.size());
    for (size_t i = 0; i < ids.size(); ++i) points[i].id = std::move(ids[i]);
    if (members[1]) {
        TEMBLOR_RETURN_IF_ERROR(
            read_columns(*members[1], {place, "vectors"},
                         context.texts.reader(TextSide::kDocument, context.schema), points));
    }
    if (members[2]) {
        TEMBLOR_RETURN_IF_ERROR(for_rows(*members[2], {place, "payloads"}, points,
                                         [](dom::element one, const JsonPlace& at, Point& point) {
                                             if (one.is_null()) return Status::ok();
                                             if (!one.is_object())
                                                 return at.expected("an object", one);
                                             point.payload = simdjson::minify(one);
                                             return Status::ok();
                                         }));
    }
    return points;
}

Result<std::vector<Point>> read_points(dom::element list, const JsonPlace& place,
                                       const WriteContext& context) {
    TEMBLOR_ASSIGN_OR_RETURN(const dom::array array, read_list(list, place, context.limits.points));
    const TextReader text = context.texts.reader(TextSide::kDocument, context.schema);
    std::vector<Point> points;
    points.reserve(array.size());
    for (const dom::element one : array) {
        TEMBLOR_ASSIGN_OR_RETURN(Point point, read_point(one, {place, points.size()}, text));
        points.push_back(std::move(point));
    }
    return points;
}

}  // namespace

Result<WriteOperation> read_upsert(dom::element body, const JsonPlace& place,
                                   const WriteContext& context) {
    static constexpr std::array<std::string_view, 3> kNames = {"points", "batch", "shard_key"};
    TEMBLOR_ASSIGN_OR_RETURN(const auto members, read_members(body, place, kNames));
    if (members[0].has_value() == members[1].has_value())
        return place.wrong("expected either points or batch");
    if (members[0]) {
        TEMBLOR_ASSIGN_OR_RETURN(auto points, read_points(*members[0], {place, "points"}, context));
        return upsert_points(std::move(points));
    }
    TEMBLOR_ASSIGN_OR_RETURN(auto points, read_batch(*members[1], {place, "batch"}, context));
    return upsert_points(std::move(points));
}

Result<WriteOperation> read_delete(dom::element body, const JsonPlace& place,
                                   const WriteContext& context) {
    static constexpr std::array<std::string_view, 3> kNames = {"points", "filter", "shard_key"};
    TEMBLOR_ASSIGN_OR_RETURN(const auto members, read_members(body, place, kNames));
    TEMBLOR_ASSIGN_OR_RETURN(auto target,
                             read_target(members[0], members[1], place, context.limits));
    return delete_points(std::move(target));
}

Result<WriteOperation> read_payload_edit(PayloadEdit edit, dom::element body,
                                         const JsonPlace& place, const WriteContext& context) {
    static constexpr std::array<std::string_view, 6> kNames = {"points", "filter",    "payload",
                                                               "key",    "shard_key", "keys"};
    TEMBLOR_ASSIGN_OR_RETURN(const auto members, read_members(body, place, kNames));
    TEMBLOR_ASSIGN_OR_RETURN(auto target,
                             read_target(members[0], members[1], place, context.limits));
    const bool writes = edit == PayloadEdit::kSet || edit == PayloadEdit::kOverwrite;
    if (members[2] && !writes) return JsonPlace(place, "payload").wrong("not expected here");
    if (members[3] && edit != PayloadEdit::kSet)
        return JsonPlace(place, "key").wrong("not expected here");
    if (members[5] && edit != PayloadEdit::kDeleteKeys)
        return JsonPlace(place, "keys").wrong("not expected here");
    if (edit == PayloadEdit::kClear) return clear_payload(std::move(target));
    if (edit == PayloadEdit::kDeleteKeys) {
        TEMBLOR_ASSIGN_OR_RETURN(auto keys,
                                 read_words(members[5], {place, "keys"}, context.limits));
        return delete_payload_keys(std::move(target), std::move(keys));
    }
    const JsonPlace at(place, "payload");
    TEMBLOR_ASSIGN_OR_RETURN(const dom::element payload, needed(members[2], at));
    if (!payload.is_object()) return at.expected("an object", payload);
    std::string text = simdjson::minify(payload);
    if (edit == PayloadEdit::kOverwrite)
        return overwrite_payload(std::move(target), std::move(text));
    TEMBLOR_ASSIGN_OR_RETURN(std::string key, read_text(members[3], {place, "key"}, {}));
    return set_payload(std::move(target), std::move(text), std::move(key));
}

Result<WriteOperation> read_update_vectors(dom::element body, const JsonPlace& place,
                                           const WriteContext& context) {
    static constexpr std::array<std::string_view, 2> kNames = {"points", "shard_key"};
    TEMBLOR_ASSIGN_OR_RETURN(const auto members, read_members(body, place, kNames));
    const JsonPlace at(place, "points");
    TEMBLOR_ASSIGN_OR_RETURN(const dom::element list, needed(members[0], at));
    TEMBLOR_ASSIGN_OR_RETURN(auto points, read_points(list, at, context));
    return update_vectors(std::move(points));
}

Result<WriteOperation> read_delete_vectors(dom::element body, const JsonPlace& place,
                                           const WriteContext& context) {
    static constexpr std::array<std::string_view, 4> kNames = {"points", "filter", "vector",
                                                               "shard_key"};
    TEMBLOR_ASSIGN_OR_RETURN(const auto members, read_members(body, place, kNames));
    TEMBLOR_ASSIGN_OR_RETURN(auto target,
                             read_target(members[0], members[1], place, context.limits));
    TEMBLOR_ASSIGN_OR_RETURN(auto names, read_words(members[2], {place, "vector"}, context.limits));
    return delete_vectors(std::move(target), std::move(names));
}

}  // namespace temblor
