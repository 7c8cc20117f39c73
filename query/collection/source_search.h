#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "data/status.h"
#include "index/collection/version.h"
#include "query/collection/collection_search.h"
#include "query/collection/staged_search.h"

namespace temblor {

/// One of the searches whose hits are fused. `query.parameters.k` is how many it contributes.
struct SearchSource {
    std::string name;
    CollectionQuery query;
};

/// Several searches of one version, fused. With one source nothing is fused: its hits are the
/// answer.
struct SourcedSearch {
    std::vector<SearchSource> sources;
    std::variant<ReciprocalRankFusion, DistributionFusion> fusion;
    uint32_t limit = 10;
    std::optional<float> least;  ///< hits score at least this
    /// Asked between the steps; not ok ends the search with it. May be empty.
    std::function<Status()> may_go_on;
};

/// Where a source had a hit.
struct SourcePlace {
    uint32_t source = 0;  ///< its number
    uint32_t rank = 0;    ///< from 0
    float score = 0;

    bool operator==(const SourcePlace&) const = default;
};

struct SourcedHit {
    CollectionHit hit;
    std::vector<SourcePlace> places;  ///< in the order of the sources; one at least
};

/// Counters are of all sources together.
struct SourcedResult {
    std::vector<SourcedHit> hits;  ///< falling score, ties by rising ordinal
    SearchCounters counters;
    FilterPlan filter;
};

/// The best `limit` points of the sources together, and where each came from. Errors:
/// kInvalidArgument (no sources, weights that do not fit), those of search_collection() with the
/// name of the source, those of `may_go_on`.
Status search_sources(const Version& version, const SourcedSearch& search,
                      CollectionScratch& scratch, SourcedResult& result);

}  // namespace temblor
