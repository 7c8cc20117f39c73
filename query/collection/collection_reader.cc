#include "query/collection/collection_reader.h"

#include <algorithm>
#include <string>
#include <utility>

#include "index/collection/point_codec.h"
#include "index/collection/version_filter.h"
#include "index/collection/write_operations.h"

namespace temblor {
namespace {

Result<ReadPoint> read_point(const Version& version, uint64_t ordinal) {
    TEMBLOR_ASSIGN_OR_RETURN(auto point, load_point(*version.database, ordinal));
    if (!point) return Status::corruption("database: an id without its point");
    return ReadPoint{*std::move(point), ordinal};
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
                                          const std::vector<DocumentId>& ids) {
    TEMBLOR_RETURN_IF_ERROR(version.error);
    std::vector<std::string> keys;
    keys.reserve(ids.size());
    for (const DocumentId& id : ids) keys.push_back(encode_id(canonical_id(id)));
    TEMBLOR_ASSIGN_OR_RETURN(const auto ordinals, version.database->get_many(Table::kIds, keys));
    std::vector<ReadPoint> points;
    for (const auto& stored : ordinals) {
        if (!stored) continue;
        TEMBLOR_ASSIGN_OR_RETURN(const uint64_t ordinal, decode_ordinal(*stored));
        TEMBLOR_ASSIGN_OR_RETURN(ReadPoint point, read_point(version, ordinal));
        points.push_back(std::move(point));
    }
    return points;
}

Result<ScrollPage> scroll_points(const Version& version, const std::optional<DocumentId>& from,
                                 uint64_t limit, const std::optional<Filter>& filter) {
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
    for (const auto& [key, ordinal] : found) {
        TEMBLOR_ASSIGN_OR_RETURN(ReadPoint point, read_point(version, ordinal));
        page.points.push_back(std::move(point));
    }
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
