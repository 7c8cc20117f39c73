#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "data/point.h"
#include "data/status.h"
#include "index/collection/version.h"
#include "index/payload/filter.h"
#include "query/collection/collection_search.h"

namespace temblor {

/// Reading points of a version, other than by search.

struct ReadPoint {
    Point point;
    uint64_t ordinal = 0;  ///< of the write that made it what it is
};

/// What of a point is read; the rest stays empty. Its id always is.
struct ReadParts {
    bool payload = true;
    bool vectors = true;
};

/// The points with these ids that there are, in the order of `ids`. O(ids).
Result<std::vector<ReadPoint>> get_points(const Version& version,
                                          const std::vector<DocumentId>& ids, ReadParts parts = {});
/// The points that `hits` of a search of this version are.
Result<std::vector<ReadPoint>> get_points(const Version& version,
                                          const std::vector<CollectionHit>& hits, ReadParts parts);

struct ScrollPage {
    std::vector<ReadPoint> points;
    std::optional<DocumentId> next;  ///< where the next page begins; none: this was the last
};
/// Up to `limit` points in the order of ids (numbers, UUIDs, strings) from `from` on, that one
/// included. Without a filter O(limit); with one O(points that pass).
Result<ScrollPage> scroll_points(const Version& version, const std::optional<DocumentId>& from,
                                 uint64_t limit, const std::optional<Filter>& filter,
                                 ReadParts parts = {});

/// How many points pass. O(1) without a filter.
Result<uint64_t> count_points(const Version& version, const std::optional<Filter>& filter);

}  // namespace temblor
