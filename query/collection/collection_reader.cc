#include "query/collection/collection_reader.h"

#include <algorithm>
#include <string>
#include <utility>

#include "index/collection/point_codec.h"
#include "index/collection/version_filter.h"
#include "index/collection/write_operations.h"

namespace temblor {
namespace {

/// The points of these ordinals, in that order.
Result<std::vector<ReadPoint>> read_points(const Version& version,
                                           const std::vector<uint64_t>& ordinals, ReadParts parts) {
    std::vector<std::string> keys;
    keys.reserve(ordinals.size());
    for (const uint64_t ordinal : ordinals) keys.push_back(encode_ordinal(ordinal));
    const auto missing = [] { return Status::corruption("database: an id without its point"); };
    TEMBLOR_ASSIGN_OR_RETURN(const auto stored, version.database->get_many(Table::kPoints, keys));
    std::vector<ReadPoint> points(ordinals.size());
    for (size_t i = 0; i < ordinals.size(); ++i) {
        if (!stored[i]) return missing();
        TEMBLOR_ASSIGN_OR_RETURN(StoredPoint point, decode_point(*stored[i]));
        points[i].ordinal = ordinals[i];
        points[i].point.id = std::move(point.id);
        if (parts.payload) points[i].point.payload = std::move(point.payload);
    }
    if (!parts.vectors) return points;
    TEMBLOR_ASSIGN_OR_RETURN(const auto vectors, version.database->get_many(Table::kVectors, keys));
    for (size_t i = 0; i < ordinals.size(); ++i) {
        if (!vectors[i]) return missing();
        TEMBLOR_ASSIGN_OR_RETURN(points[i].point.vectors, decode_vectors(*vectors[i]));
    }
    return points;
}

/// (id key, ordinal) of the `limit` first points that pass, from `from` on.
Result<std::vector<std::pair<std::string, uint64_t>>> first_matches(const Version& version,
                                                                    const std::string& from,
                                                                    uint64_t limit,
                                                                    const Filter& filter) {
    std::vector<std::pair<std::string, uint64_t>> found;
    TEMBLOR_RETURN_IF_ERROR(for_each_match(version, filter, [&](const MatchedRow& row) {
        std::string key = encode_id(row.id());
        if (key < from) return Status::ok();
        if (found.size() == limit) {
            if (found.front().first < key) return Status::ok();
            std::pop_heap(found.begin(), found.end());
            found.pop_back();
        }
        found.emplace_back(std::move(key), row.ordinal());
        std::push_heap(found.begin(), found.end());
        return Status::ok();
    }));
    std::sort_heap(found.begin(), found.end());
    return found;
}

}  // namespace

Result<std::vector<ReadPoint>> get_points(const Version& version,
                                          const std::vector<DocumentId>& ids, ReadParts parts) {
    TEMBLOR_RETURN_IF_ERROR(version.error);
    std::vector<std::string> keys;
    keys.reserve(ids.size());
    for (const DocumentId& id : ids) keys.push_back(encode_id(canonical_id(id)));
    TEMBLOR_ASSIGN_OR_RETURN(const auto ordinals, version.database->get_many(Table::kIds, keys));
    std::vector<uint64_t> found;
    for (const auto& stored : ordinals) {
        if (!stored) continue;
        TEMBLOR_ASSIGN_OR_RETURN(const uint64_t ordinal, decode_ordinal(*stored));
        found.push_back(ordinal);
    }
    return read_points(version, found, parts);
}

Result<std::vector<ReadPoint>> get_points(const Version& version,
                                          const std::vector<CollectionHit>& hits, ReadParts parts) {
    TEMBLOR_RETURN_IF_ERROR(version.error);
    std::vector<uint64_t> ordinals;
    ordinals.reserve(hits.size());
    for (const CollectionHit& hit : hits) ordinals.push_back(hit.ordinal);
    return read_points(version, ordinals, parts);
}

Result<ScrollPage> scroll_points(const Version& version, const std::optional<DocumentId>& from,
                                 uint64_t limit, const std::optional<Filter>& filter,
                                 ReadParts parts) {
    TEMBLOR_RETURN_IF_ERROR(version.error);
    if (limit == 0) return Status::invalid_argument("field limit: must be at least 1");
    const std::string begin = from ? encode_id(canonical_id(*from)) : std::string();
    std::vector<std::pair<std::string, uint64_t>> found;
    // One more, to know where the next page begins.
    const uint64_t wanted = std::min(limit, version.points) + 1;
    if (filter) {
        TEMBLOR_ASSIGN_OR_RETURN(found, first_matches(version, begin, wanted, *filter));
    } else {
        TEMBLOR_RETURN_IF_ERROR(version.database->scan(
            Table::kIds, begin, {},
            [&](std::string_view key, std::string_view value) -> Result<bool> {
                TEMBLOR_ASSIGN_OR_RETURN(const uint64_t ordinal, decode_ordinal(value));
                found.emplace_back(key, ordinal);
                return found.size() < wanted;
            }));
    }
    ScrollPage page;
    if (found.size() > limit) {
        TEMBLOR_ASSIGN_OR_RETURN(page.next, decode_id(found.back().first));
        found.pop_back();
    }
    std::vector<uint64_t> ordinals;
    ordinals.reserve(found.size());
    for (const auto& [key, ordinal] : found) ordinals.push_back(ordinal);
    TEMBLOR_ASSIGN_OR_RETURN(page.points, read_points(version, ordinals, parts));
    return page;
}

Result<uint64_t> count_points(const Version& version, const std::optional<Filter>& filter) {
    TEMBLOR_RETURN_IF_ERROR(version.error);
    if (!filter) return version.points;
    uint64_t count = 0;
    TEMBLOR_RETURN_IF_ERROR(for_each_match(version, *filter, [&](const MatchedRow&) {
        ++count;
        return Status::ok();
    }));
    return count;
}

}  // namespace temblor
