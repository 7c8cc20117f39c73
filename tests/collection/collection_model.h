#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "data/point.h"
#include "data/splitmix.h"
#include "index/collection/schema.h"
#include "index/collection/version.h"
#include "index/collection/write_operations.h"
#include "index/payload/filter.h"
#include "query/collection/collection_search.h"

namespace temblor::testing {

/// Sparse "text" (16-bit records) and "plain" (floats), dense "dot" (hnsw) and "cosine" (hashed);
/// payload indexes on "city" (keyword) and "price" (integer).
Schema model_schema();

/// Numbers, UUIDs and strings; `pool` of them.
DocumentId random_id(SplitMix& random, uint64_t pool);
std::string random_payload(SplitMix& random);
/// A point of model_schema() with some of its vectors.
Point random_model_point(SplitMix& random, uint64_t pool);
/// Over indexed keys, others, ids, and combinations of them.
std::string random_filter(SplitMix& random, uint64_t pool, int depth = 2);

/// Segments of a version whose dense vectors have hashed lists, and those that have a graph.
struct DenseIndexes {
    uint64_t hashed = 0;
    uint64_t graphs = 0;
};
/// Every dense vector of model_schema() has its index where a segment has `fewest` of it, and none
/// where it has fewer.
DenseIndexes expect_dense_indexes(const Version& version, uint64_t fewest);

/// A collection as it should be: a map from id to point, and the rules of the operations written
/// down once more, without any of the machinery.
class CollectionModel {
public:
    struct Held {
        Point point;
        uint64_t ordinal = 0;
    };

    void upsert(const std::vector<Point>& points);
    void erase(const PointTarget& target);
    /// False, and nothing happens, when an id is free.
    bool edit(const PointTarget& target, const std::function<void(Point&)>& edit);
    /// The vectors of `points` over those there are.
    bool update_vectors(const std::vector<Point>& points);

    [[nodiscard]] const std::map<std::string, Held>& points() const { return points_; }
    [[nodiscard]] bool passes(const Held& held, const std::optional<Filter>& filter) const;
    [[nodiscard]] std::vector<CollectionHit> search(const CollectionQuery& query) const;

    /// Everything a reader can ask of `version` is what this model says; `random` draws what is
    /// asked.
    void expect_same(const Version& version, SplitMix& random, uint64_t pool) const;
    /// Only what the points are.
    void expect_same_points(const Version& version, uint64_t page) const;

private:
    [[nodiscard]] std::vector<std::string> keys_of(const PointTarget& target) const;
    void put(Point point);
    void put_all(const std::vector<Point>& points);

    std::map<std::string, Held> points_;  ///< by encoded id: in the order of scrolling
    uint64_t next_ordinal_ = 1;
};

}  // namespace temblor::testing
