#include "query/collection/collection_search.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "data/dense_vector.h"
#include "index/collection/point_codec.h"
#include "index/collection/version_filter.h"
#include "query/collection/dense_distance.h"
#include "query/collection/idf.h"
#include "query/dense/dense_searcher.h"

namespace temblor {
namespace {

/// A filter that leaves less than one row in so many is cheaper to look at on the way (its bitmap
/// is made once, the rows it refuses cost a look each); the searcher itself scans when few are
/// allowed.
constexpr uint64_t kExtraForTies = 16;

bool better(const CollectionHit& a, const CollectionHit& b) {
    return a.score != b.score ? a.score > b.score : a.ordinal < b.ordinal;
}

/// One search; its methods add the hits of one part each.
class Search {
public:
    Search(const Version& version, const CollectionQuery& query, CollectionScratch& scratch,
           CollectionResult& result)
        : version_(version), query_(query), scratch_(scratch), result_(result) {}

    Status run() {
        result_.hits.clear();
        result_.counters = {};
        result_.filter = {};
        TEMBLOR_RETURN_IF_ERROR(version_.error);
        TEMBLOR_RETURN_IF_ERROR(query_.parameters.validate());
        scratch_.keep_only(version_);
        if (const auto* sparse = std::get_if<SparseVector>(&query_.query)) {
            TEMBLOR_RETURN_IF_ERROR(run_sparse(sparse->view()));
        } else {
            TEMBLOR_RETURN_IF_ERROR(run_dense(std::get<DenseVector>(query_.query)));
        }
        std::sort(result_.hits.begin(), result_.hits.end(), better);
        if (result_.hits.size() > query_.parameters.k) result_.hits.resize(query_.parameters.k);
        return Status::ok();
    }

private:
    Status run_sparse(SparseVectorView query) {
        const auto settings = version_.schema->sparse.find(query_.vector);
        if (settings == version_.schema->sparse.end()) {
            return Status::invalid_argument("no sparse vector \"" + query_.vector +
                                            "\" in the schema");
        }
        TEMBLOR_RETURN_IF_ERROR(
            validate_sparse_vector(query, ValueRule::kNonNegative, 0).with_context("query"));
        SparseVector weighed;
        if (settings->second.modifier == VectorModifier::kIdf) {
            weighed = weigh_by_idf(version_, query_.vector, query);
            query = weighed.view();
        }
        // Largest first: the k-th best score so far spares the others most of their blocks.
        std::vector<const SegmentView*> by_size;
        for (const SegmentView& view : version_.segments) by_size.push_back(&view);
        std::sort(by_size.begin(), by_size.end(), [](const SegmentView* a, const SegmentView* b) {
            return a->segment->rows() != b->segment->rows()
                       ? a->segment->rows() > b->segment->rows()
                       : a->segment->number() < b->segment->number();
        });
        for (const SegmentView* view : by_size)
            TEMBLOR_RETURN_IF_ERROR(sparse_segment(*view, query));
        return memtables([&](const MemtableView& view, const AcceptRow& accept) {
            return search_memtable_sparse(*view.memtable, query_.vector, query, view.rows,
                                          view.dead, accept, query_.parameters.k, scratch_.memtable,
                                          scratch_.memtable_hits, result_.counters);
        });
    }

    Status run_dense(DenseVector query) {
        const auto settings = version_.schema->dense.find(query_.vector);
        if (settings == version_.schema->dense.end()) {
            return Status::invalid_argument("no dense vector \"" + query_.vector +
                                            "\" in the schema");
        }
        if (query.size() != settings->second.size) {
            return Status::invalid_argument("query: " + std::to_string(query.size()) +
                                            " values, expected " +
                                            std::to_string(settings->second.size));
        }
        for (const float v : query) {
            if (!std::isfinite(v)) return Status::invalid_argument("query: a value is not finite");
        }
        const Distance distance = settings->second.distance;
        if (distance == Distance::kCosine) normalize(query);
        for (const SegmentView& view : version_.segments)
            TEMBLOR_RETURN_IF_ERROR(dense_segment(view, distance, query));
        return memtables([&](const MemtableView& view, const AcceptRow& accept) {
            return search_memtable_dense(*view.memtable, query_.vector, query, view.rows, view.dead,
                                         accept, query_.parameters.k, scratch_.memtable,
                                         scratch_.memtable_hits, result_.counters);
        });
    }

    /// `search` fills scratch_.memtable_hits for one memtable.
    template <typename Search>
    Status memtables(const Search& search) {
        for (const MemtableView& view : version_.memtables) {
            if (view.rows == 0) continue;
            RowBitmap allowed;
            AcceptRow accept;
            if (query_.filter) {
                TEMBLOR_ASSIGN_OR_RETURN(FilterRows found,
                                         filter_memtable(version_, view, *query_.filter));
                result_.filter.payloads_read += found.payloads_read;
                ++result_.filter.scanned;
                allowed = std::move(found.rows);
                accept = [&allowed](uint32_t row) -> Result<bool> { return allowed.contains(row); };
            }
            TEMBLOR_RETURN_IF_ERROR(search(view, accept));
            for (const MemtableHit& hit : scratch_.memtable_hits) {
                result_.hits.push_back(
                    {view.memtable->id(hit.row), view.memtable->ordinal(hit.row), hit.score});
            }
        }
        return Status::ok();
    }

    Status sparse_segment(const SegmentView& view, SparseVectorView query) {
        const std::shared_ptr<const Segment>* held = view.segment->sparse(query_.vector);
        if (held == nullptr) return Status::ok();
        const Segment& segment = **held;
        SearchScope scope;
        AllowedRows allowed;
        if (query_.filter) {
            TEMBLOR_ASSIGN_OR_RETURN(const FilterRows found,
                                     filter_segment(version_, view, *query_.filter));
            result_.filter.payloads_read += found.payloads_read;
            if (found.rows.isEmpty()) return Status::ok();
            allowed = AllowedRows::from_bitmap(segment, found.rows);
            scope.allowed = &allowed;
        } else {
            scope.dead = &view.dead;
        }
        SearchParameters parameters = query_.parameters;
        parameters.fill_with_zeros = false;
        if (!parameters.exact) parameters.least_score = kth_best();
        const bool refine = parameters.exact && segment.forward().shape().kind != ForwardKind::kF32;
        SearchScratch& scratch = scratch_.segment(*held);
        SearchResult& found = scratch_.result;
        if (refine) parameters.k = more_than(parameters.k, kExtraForTies);
        while (true) {
            TEMBLOR_RETURN_IF_ERROR(
                Searcher(*held).search(query, parameters, scope, scratch, found));
            if (!refine || found.hits.size() < parameters.k || is_enough(segment, query)) break;
            parameters.k = more_than(parameters.k, parameters.k);
        }
        result_.counters.add(found.counters);
        if (query_.filter)
            ++(found.counters.exact ? result_.filter.scanned : result_.filter.walked);
        return refine ? add_refined(view, query) : add_hits(view);
    }

    /// Of the hits so far; 0 while there are fewer than k.
    float kth_best() {
        auto& hits = result_.hits;
        const size_t k = query_.parameters.k;
        if (hits.size() < k) return 0;
        std::nth_element(hits.begin(), hits.begin() + static_cast<ptrdiff_t>(k - 1), hits.end(),
                         better);
        hits.resize(k);
        return hits.back().score;
    }

    static uint32_t more_than(uint32_t k, uint64_t more) {
        return static_cast<uint32_t>(
            std::min<uint64_t>(k + more, std::numeric_limits<uint32_t>::max()));
    }

    /// How far a stored score may be from that of the vector as it was written.
    static double store_error(const Segment& segment, SparseVectorView query) {
        double weight = 0;
        for (const float v : query.values) weight += static_cast<double>(v);
        return static_cast<double>(segment.forward().shape().scale) * 0.51 * weight;
    }

    /// Whether no document past those found can be among the best k by the written vectors.
    bool is_enough(const Segment& segment, SparseVectorView query) const {
        const auto& hits = scratch_.result.hits;
        const double kth = static_cast<double>(hits[query_.parameters.k - 1].score);
        const double last = static_cast<double>(hits.back().score);
        return last * (1 + 1e-6) + 2 * store_error(segment, query) < kth * (1 - 1e-6);
    }

    Status add_hits(const SegmentView& view) {
        for (const Hit& hit : scratch_.result.hits) {
            if (hit.row >= view.segment->rows()) continue;  // a damaged record
            result_.hits.push_back(
                {view.segment->id(hit.row), view.segment->ordinals()[hit.row], hit.score});
        }
        return Status::ok();
    }

    /// The hits by the vectors as they were written.
    Status add_refined(const SegmentView& view, SparseVectorView query) {
        std::vector<std::string> keys;
        for (const Hit& hit : scratch_.result.hits)
            keys.push_back(encode_ordinal(view.segment->ordinals()[hit.row]));
        TEMBLOR_ASSIGN_OR_RETURN(const auto stored,
                                 version_.database->get_many(Table::kVectors, keys));
        for (size_t i = 0; i < keys.size(); ++i) {
            if (!stored[i]) return Status::corruption("database: a point without vectors");
            TEMBLOR_ASSIGN_OR_RETURN(const auto vectors, decode_vectors(*stored[i]));
            for (const NamedVector& v : vectors) {
                const auto* sparse = std::get_if<SparseVector>(&v.value);
                if (v.name != query_.vector || sparse == nullptr) continue;
                const uint32_t row = scratch_.result.hits[i].row;
                const auto score = static_cast<float>(inner_product(query, sparse->view()));
                if (score > 0) {
                    result_.hits.push_back(
                        {view.segment->id(row), view.segment->ordinals()[row], score});
                }
            }
        }
        return Status::ok();
    }

    /// Every live row that has the vector, one by one.
    Status dense_segment(const SegmentView& view, Distance distance, const DenseVector& query) {
        const DenseMatrix* matrix = view.segment->dense(query_.vector);
        if (matrix == nullptr) return Status::ok();
        std::optional<RowBitmap> allowed;
        if (query_.filter) {
            TEMBLOR_ASSIGN_OR_RETURN(FilterRows found,
                                     filter_segment(version_, view, *query_.filter));
            result_.filter.payloads_read += found.payloads_read;
            allowed = std::move(found.rows);
        }
        if (matrix->indexed() && !query_.parameters.exact)
            return indexed_segment(view, *matrix, distance, query, allowed);
        if (query_.filter) ++result_.filter.scanned;
        const auto worse = [](const Hit& a, const Hit& b) {
            return a.score != b.score ? a.score > b.score : a.row < b.row;
        };
        std::vector<Hit> heap;  // the worst in front
        uint64_t i = 0;
        for (const uint32_t row : matrix->present()) {
            const uint64_t at = i++;
            if (allowed ? !allowed->contains(row) : view.dead.contains(row)) continue;
            const Hit hit{row, dense_score(distance, query, matrix->at(at))};
            ++result_.counters.documents_scored;
            result_.counters.bytes_touched += query.size() * sizeof(float);
            if (heap.size() == query_.parameters.k) {
                if (!worse(hit, heap.front())) continue;
                std::pop_heap(heap.begin(), heap.end(), worse);
                heap.pop_back();
            }
            heap.push_back(hit);
            std::push_heap(heap.begin(), heap.end(), worse);
        }
        for (const Hit& hit : heap) {
            result_.hits.push_back(
                {view.segment->id(hit.row), view.segment->ordinals()[hit.row], hit.score});
        }
        return Status::ok();
    }

    /// Through the lists or the graph; the hits' scores are those of a scan.
    Status indexed_segment(const SegmentView& view, const DenseMatrix& matrix, Distance distance,
                           const DenseVector& query, std::optional<RowBitmap>& allowed) {
        if (allowed && !matrix.full()) {
            RowBitmap of_store;
            uint32_t i = 0;
            for (const uint32_t row : matrix.present()) {
                if (allowed->contains(row)) of_store.add(i);
                ++i;
            }
            allowed = std::move(of_store);
        }
        DenseSearchParameters parameters;
        parameters.k = query_.parameters.k;
        parameters.setting = query_.parameters.dense;
        DenseScope scope;
        if (allowed) {
            scope.allowed = &*allowed;
        } else {
            scope.dead = &view.dead;
        }
        const DenseSource source{&matrix.store(), matrix.hashed(),
                                 matrix.full() ? nullptr : &matrix.present(), matrix.graph()};
        SearchResult& found = scratch_.result;
        TEMBLOR_RETURN_IF_ERROR(
            search_dense(source, query, parameters, scope, scratch_.dense, found));
        result_.counters.add(found.counters);
        if (query_.filter)
            ++(found.counters.exact ? result_.filter.scanned : result_.filter.walked);
        for (const Hit& hit : found.hits) {
            const uint32_t row = matrix.row_at(hit.row);
            result_.hits.push_back({view.segment->id(row), view.segment->ordinals()[row],
                                    dense_score(distance, query, matrix.at(hit.row))});
        }
        return Status::ok();
    }

    const Version& version_;
    const CollectionQuery& query_;
    CollectionScratch& scratch_;
    CollectionResult& result_;
};

}  // namespace

SearchScratch& CollectionScratch::segment(const std::shared_ptr<const Segment>& segment) {
    const auto at = held_.find(segment.get());
    if (at != held_.end() && !at->second.segment.expired()) return at->second.scratch;
    if (at != held_.end()) held_.erase(at);
    return held_.emplace(segment.get(), Held{segment, SearchScratch(*segment)})
        .first->second.scratch;
}

void CollectionScratch::keep_only(const Version& version) {
    if (held_.size() <= version.segments.size() * version.schema->sparse.size()) return;
    std::erase_if(held_, [](const auto& entry) { return entry.second.segment.expired(); });
}

Status search_collection(const Version& version, const CollectionQuery& query,
                         CollectionScratch& scratch, CollectionResult& result) {
    return Search(version, query, scratch, result).run();
}

}  // namespace temblor
