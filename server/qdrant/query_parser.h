#pragma once

#include <optional>
#include <string>

#include <simdjson.h>

#include "index/collection/store.h"
#include "index/payload/json_members.h"
#include "query/collection/staged_search.h"
#include "server/limits.h"
#include "server/qdrant/point_output.h"
#include "server/request_texts.h"

namespace temblor {

/// A search as a body asks for it.
struct QdrantQuery {
    SearchStage stage;       ///< its limit includes `offset`
    bool by_id = false;      ///< no query: points in the order of their ids
    bool distances = false;  ///< scores are distances: smaller is better, shown so
    uint64_t offset = 0;
    uint64_t limit = 10;
    PointOutput output;
    std::string group_by;  ///< of a grouped search
    uint64_t group_size = 3;
};

/// Reads searches over one version of a collection. Ids in place of vectors are looked up there, or
/// in the collection that `lookup_from` names; text becomes a vector
/// (server/request_texts.h).
class QdrantQueryReader {
public:
    /// All outlive it.
    QdrantQueryReader(const Store& store, const Version& version, const ServerLimits& limits,
                      RequestTexts& texts)
        : store_(store), version_(version), limits_(limits), texts_(texts) {}

    /// The body of points/query; `grouped`: of points/query/groups.
    Result<QdrantQuery> read_query(simdjson::dom::element body, const JsonPlace& place,
                                   bool grouped);
    /// The body of the older points/search (and points/search/groups).
    Result<QdrantQuery> read_search(simdjson::dom::element body, const JsonPlace& place,
                                    bool grouped);

private:
    /// A query, a vector or an id in whose place its vector stands.
    struct Target {
        std::variant<SparseVector, DenseVector> vector;
        std::optional<DocumentId> from;  ///< this point is no hit
    };
    struct LookupFrom {
        std::shared_ptr<const Version> version;
        std::string vector;
    };

    Result<SearchStage> read_prefetch(simdjson::dom::element body, const JsonPlace& place,
                                      uint32_t depth);
    Status read_prefetches(const OptionalElement& value, const JsonPlace& place, uint32_t depth,
                           SearchStage& stage);
    Status read_what(simdjson::dom::element query, const JsonPlace& place,
                     const std::string& vector, const OptionalElement& lookup, SearchStage& stage);
    Status read_fusion(simdjson::dom::element query, const JsonPlace& place, SearchStage& stage);
    Status read_nearest(simdjson::dom::element query, const JsonPlace& place,
                        const std::string& vector, const OptionalElement& lookup,
                        SearchStage& stage);
    static Result<Diversity> read_diversity(simdjson::dom::element value, const JsonPlace& place,
                                            const SearchStage& stage);
    Result<Target> read_target(simdjson::dom::element value, const JsonPlace& place,
                               const std::string& vector, const OptionalElement& lookup);
    Result<LookupFrom> read_lookup(const OptionalElement& value, const JsonPlace& place,
                                   const std::string& vector);
    Status read_threshold(const OptionalElement& value, const JsonPlace& place, SearchStage& stage);
    Status read_page(const OptionalElement& limit, const OptionalElement& offset,
                     const JsonPlace& place, QdrantQuery& query);
    Status read_groups(const OptionalElement& by, const OptionalElement& size,
                       const JsonPlace& place, bool grouped, QdrantQuery& query);
    [[nodiscard]] bool is_distance(const SearchStage& stage) const;

    const Store& store_;
    const Version& version_;
    const ServerLimits& limits_;
    RequestTexts& texts_;
    uint32_t prefetches_ = 0;
};

}  // namespace temblor
