#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "index/collection/version.h"
#include "index/payload/filter.h"
#include "query/collection/collection_search.h"
#include "query/collection/diversity.h"

namespace temblor {

/// The points nearest to a vector.
struct NearestStage {
    std::string vector;
    std::variant<SparseVector, DenseVector> query;
    std::optional<Diversity> diversity = std::nullopt;
};

/// Reciprocal rank fusion: the sum over the lists of 1 / (k - 1 + (rank + 1) / weight), rank from
/// 0. (Cormack, Clarke and Büttcher, SIGIR 2009, whose constant is 60; Qdrant's default is 2.)
struct ReciprocalRankFusion {
    float k = 60;
    std::vector<float> weights;  ///< one a list; empty: all 1
};

/// Distribution-based score fusion: each list's scores, mapped so that the mean minus three
/// standard deviations becomes 0 and the mean plus three becomes 1, are summed. One score, or equal
/// ones, count 0.5.
struct DistributionFusion {};

/// A search of several stages, as a tree: what the prefetches find is fused, or scored anew by a
/// vector. Without prefetches a nearest stage searches the collection.
struct SearchStage {
    std::variant<NearestStage, ReciprocalRankFusion, DistributionFusion> what;
    std::vector<SearchStage> prefetch;
    std::optional<Filter> filter;  ///< holds for everything below too
    std::optional<float> least;    ///< hits score at least this
    uint32_t limit = 10;
    SearchParameters parameters;  ///< k is `limit`
};

/// The best `limit` of the stage. Hits fall in score, equal scores go by rising ordinal; those of a
/// stage with diversity come in the order of diversify(). Counters
/// are of all stages together. Errors: kInvalidArgument (a fusion without prefetches, weights that
/// are not as many as lists or not positive), those of search_collection().
Status search_stages(const Version& version, const SearchStage& stage, CollectionScratch& scratch,
                     CollectionResult& result);

}  // namespace temblor
