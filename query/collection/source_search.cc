#include "query/collection/source_search.h"

#include <algorithm>
#include <unordered_map>

#include "query/collection/fusion.h"

namespace temblor {
namespace {

using HitLists = std::vector<std::vector<CollectionHit>>;

Status fuse_lists(const SourcedSearch& search, const HitLists& lists,
                  std::vector<CollectionHit>& fused) {
    if (lists.size() == 1) {
        fused = lists.front();
        return Status::ok();
    }
    if (const auto* by_rank = std::get_if<ReciprocalRankFusion>(&search.fusion)) {
        TEMBLOR_RETURN_IF_ERROR(validate(*by_rank, lists.size()));
        fused = fuse_by_rank(lists, *by_rank);
    } else {
        fused = fuse_by_distribution(lists);
    }
    return Status::ok();
}

}  // namespace

Status search_sources(const Version& version, const SourcedSearch& search,
                      CollectionScratch& scratch, SourcedResult& result) {
    result = {};
    if (search.sources.empty()) return Status::invalid_argument("a search needs a source");
    HitLists lists;
    for (const SearchSource& source : search.sources) {
        if (search.may_go_on) TEMBLOR_RETURN_IF_ERROR(search.may_go_on());
        CollectionResult found;
        TEMBLOR_RETURN_IF_ERROR(
            search_collection(version, source.query, scratch, found).with_context(source.name));
        result.counters.add(found.counters);
        result.filter.scanned += found.filter.scanned;
        result.filter.walked += found.filter.walked;
        result.filter.payloads_read += found.filter.payloads_read;
        lists.push_back(std::move(found.hits));
    }
    std::vector<CollectionHit> fused;
    TEMBLOR_RETURN_IF_ERROR(fuse_lists(search, lists, fused));
    if (fused.size() > search.limit) fused.resize(search.limit);
    if (search.least) {
        std::erase_if(fused,
                      [&](const CollectionHit& hit) { return !(hit.score >= *search.least); });
    }
    std::unordered_map<uint64_t, size_t> at;
    for (CollectionHit& hit : fused) {
        at.emplace(hit.ordinal, result.hits.size());
        result.hits.push_back({std::move(hit), {}});
    }
    for (uint32_t source = 0; source < lists.size(); ++source) {
        for (uint32_t rank = 0; rank < lists[source].size(); ++rank) {
            const CollectionHit& hit = lists[source][rank];
            const auto found = at.find(hit.ordinal);
            if (found != at.end())
                result.hits[found->second].places.push_back({source, rank, hit.score});
        }
    }
    return search.may_go_on ? search.may_go_on() : Status::ok();
}

}  // namespace temblor
