#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "data/point.h"
#include "data/status.h"
#include "index/collection/version.h"
#include "index/payload/filter.h"
#include "query/collection/memtable_search.h"
#include "query/dense/dense_searcher.h"
#include "query/search_parameters.h"
#include "query/searcher.h"

namespace temblor {

/// A search of one named vector over a version.
struct CollectionQuery {
    std::string vector;
    std::variant<SparseVector, DenseVector> query;
    SearchParameters parameters;  ///< k counts `offset` hits too
    std::optional<Filter> filter;
};

struct CollectionHit {
    DocumentId id;
    uint64_t ordinal = 0;
    float score = 0;

    bool operator==(const CollectionHit&) const = default;
};

/// How a filter was served in one segment or memtable, by its cost.
struct FilterPlan {
    uint64_t scanned = 0;        ///< parts in which all allowed rows were scored
    uint64_t walked = 0;         ///< parts in which the walk looked at the filter on the way
    uint64_t payloads_read = 0;  ///< because no index could tell
};

struct CollectionResult {
    std::vector<CollectionHit> hits;  ///< falling score, ties by rising ordinal (older first)
    SearchCounters counters;
    FilterPlan filter;
};

/// Memory that searches of one thread reuse. It follows the versions it is used with.
class CollectionScratch {
public:
    /// For the blocked index of a segment that the version holds.
    SearchScratch& segment(const std::shared_ptr<const Segment>& segment);
    /// Forgets segments that are gone.
    void keep_only(const Version& version);

    DenseScratch dense;
    MemtableScratch memtable;
    std::vector<MemtableHit> memtable_hits;
    SearchResult result;

private:
    struct Held {
        std::weak_ptr<const Segment> segment;
        SearchScratch scratch;
    };
    std::unordered_map<const Segment*, Held> held_;
};

/// The k best points of a version. Sparse: points that share no component with the query are no
/// hits, and a vector with the modifier idf is searched by weigh_by_idf(). `parameters.exact` gives
/// the scores of the vectors that were written, as if all were scored one by one; else segments
/// give those of their stores (16 bits a weight by default). Dense: segments that are hashed
/// (DenseVectorSettings::index) are searched by `parameters.dense` unless it is exact; scores are
/// those of the vectors that were written. With a filter there are never fewer
/// hits than min(k, points that pass and share a component). Errors: kInvalidArgument (no such
/// vector, wrong kind or size, a value out of range), those of reading.
Status search_collection(const Version& version, const CollectionQuery& query,
                         CollectionScratch& scratch, CollectionResult& result);

}  // namespace temblor
