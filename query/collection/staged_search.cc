#include "query/collection/staged_search.h"

#include <algorithm>

#include "query/collection/fusion.h"

namespace temblor {
namespace {

/// Points that pass both.
std::optional<Filter> both(const std::optional<Filter>& a, const std::optional<Filter>& b) {
    if (!a || a->is_empty()) return b;
    if (!b || b->is_empty()) return a;
    Filter filter;
    filter.must.push_back({*a});
    filter.must.push_back({*b});
    return filter;
}

Filter only(const std::vector<std::vector<CollectionHit>>& lists) {
    HasId points;
    for (const auto& list : lists) {
        for (const CollectionHit& hit : list) points.ids.push_back(hit.id);
    }
    std::sort(points.ids.begin(), points.ids.end());
    points.ids.erase(std::unique(points.ids.begin(), points.ids.end()), points.ids.end());
    Filter filter;
    filter.must.push_back({std::move(points)});
    return filter;
}

class Stages {
public:
    Stages(const Version& version, CollectionScratch& scratch, CollectionResult& result)
        : version_(version), scratch_(scratch), result_(result) {}

    Status run(const SearchStage& stage, const std::optional<Filter>& outer) {
        const std::optional<Filter> filter = both(outer, stage.filter);
        std::vector<std::vector<CollectionHit>> lists;
        for (const SearchStage& one : stage.prefetch) {
            TEMBLOR_RETURN_IF_ERROR(run(one, filter));
            lists.push_back(std::move(result_.hits));
        }
        if (const auto* nearest = std::get_if<NearestStage>(&stage.what)) {
            TEMBLOR_RETURN_IF_ERROR(run_nearest(stage, *nearest, filter, lists));
        } else if (lists.empty()) {
            return Status::invalid_argument("a fusion needs prefetches");
        } else if (const auto* by_rank = std::get_if<ReciprocalRankFusion>(&stage.what)) {
            TEMBLOR_RETURN_IF_ERROR(validate(*by_rank, lists.size()));
            result_.hits = fuse_by_rank(lists, *by_rank);
        } else {
            result_.hits = fuse_by_distribution(lists);
        }
        auto& hits = result_.hits;
        if (hits.size() > stage.limit) hits.resize(stage.limit);
        if (stage.least) {
            std::erase_if(hits,
                          [&](const CollectionHit& hit) { return !(hit.score >= *stage.least); });
        }
        return Status::ok();
    }

private:
    Status run_nearest(const SearchStage& stage, const NearestStage& nearest,
                       const std::optional<Filter>& filter,
                       const std::vector<std::vector<CollectionHit>>& lists) {
        CollectionQuery query;
        query.vector = nearest.vector;
        query.query = nearest.query;
        query.parameters = stage.parameters;
        query.parameters.k =
            nearest.diversity ? std::max(stage.limit, nearest.diversity->candidates) : stage.limit;
        query.filter = filter;
        if (!stage.prefetch.empty()) {
            // Few points, scored by the vectors as they were written.
            query.parameters.exact = true;
            query.filter = only(lists);
        }
        CollectionResult found;
        TEMBLOR_RETURN_IF_ERROR(search_collection(version_, query, scratch_, found));
        result_.hits = std::move(found.hits);
        result_.counters.add(found.counters);
        result_.filter.scanned += found.filter.scanned;
        result_.filter.walked += found.filter.walked;
        result_.filter.payloads_read += found.filter.payloads_read;
        if (!nearest.diversity) return Status::ok();
        if (stage.least) {
            std::erase_if(result_.hits,
                          [&](const CollectionHit& hit) { return !(hit.score >= *stage.least); });
        }
        return diversify(version_, nearest.vector, nearest.diversity->share, stage.limit,
                         result_.hits);
    }

    const Version& version_;
    CollectionScratch& scratch_;
    CollectionResult& result_;
};

}  // namespace

Status search_stages(const Version& version, const SearchStage& stage, CollectionScratch& scratch,
                     CollectionResult& result) {
    result = {};
    return Stages(version, scratch, result).run(stage, std::nullopt);
}

}  // namespace temblor
