#include "query/dense/dense_searcher.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include <omp.h>

#include "data/dense_vector.h"
#include "query/block_walk.h"
#include "query/dense/cell_scores.h"
#include "query/dense/code_reader.h"
#include "query/dense/graph_walk.h"
#include "query/dense/hashed_tables.h"
#include "query/dense/vector_scorer.h"
#include "query/top_candidates.h"

namespace temblor {
namespace {

/// Below this many rows scoring all of them is as fast as choosing.
constexpr uint64_t kAlwaysScan = 512;
/// Filters that allow fewer rows, or fewer than one in kSelectiveShare, are answered by scoring
/// each.
constexpr uint64_t kFewAllowedRows = 1000;
constexpr uint64_t kSelectiveShare = 50;
/// A candidate is scored anew while its code, that many deviations of a code's error up, reaches
/// the k-th best score.
constexpr float kCodeDeviations = 3;

}  // namespace

Status DenseSetting::validate() const {
    const auto wrong = [](const char* name, const std::string& value, const char* expected) {
        return Status::invalid_argument(std::string(name) + ": " + value + ", expected " +
                                        expected);
    };
    if (lists == 0) return wrong("lists", "0", "at least 1");
    if (ef == 0) return wrong("ef", "0", "at least 1");
    if (!std::isfinite(slack)) return wrong("slack", std::to_string(slack), "a finite number");
    return Status::ok();
}

Status DenseSearchParameters::validate() const {
    if (k == 0) return Status::invalid_argument("k: 0, expected at least 1");
    if (std::isnan(least_score))
        return Status::invalid_argument("least_score: not a number, expected one");
    return setting.validate();
}

struct DenseScratch::Impl {
    /// Made anew for another source.
    struct Walk {
        explicit Walk(const HashedLists& lists)
            : of(&lists), rows(lists.rows()), cells(lists), visited(lists.rows(), 0) {}
        const HashedLists* of;
        uint64_t rows;  ///< other lists may stand where those were
        CellScores cells;
        VisitedPlaces visited;
        HashedQuery query;
        std::vector<uint16_t> sums;
        std::vector<uint16_t> above;
    };
    std::optional<Walk> walk;
    std::optional<GraphWalk> graph;
    VectorScorer scorer;
    CandidateReservoir candidates;
    TopCandidates<float> best;
    std::vector<uint64_t> allowed;
    std::vector<float> query;
};

DenseScratch::DenseScratch() : impl_(std::make_unique<Impl>()) {}
DenseScratch::~DenseScratch() = default;
DenseScratch::DenseScratch(DenseScratch&&) noexcept = default;
DenseScratch& DenseScratch::operator=(DenseScratch&&) noexcept = default;

namespace {

class DenseSearch {
public:
    DenseSearch(const DenseSource& source, const DenseSearchParameters& parameters,
                DenseScope scope, DenseScratch::Impl& scratch, SearchResult& result)
        : source_(source),
          rows_(source.store->rows()),
          parameters_(parameters),
          allowed_(scope.allowed),
          dead_(scope.dead != nullptr && !scope.dead->empty() ? scope.dead : nullptr),
          scratch_(scratch),
          result_(result) {}

    void run(std::span<const float> query) {
        const uint64_t candidates = allowed_ != nullptr ? allowed_->cardinality() : live_rows();
        const uint64_t wanted = std::min<uint64_t>(parameters_.k, candidates);
        if (wanted == 0) return;
        scratch_.scorer.set(*source_.store, query, dense_kernels());
        const bool indexed = source_.hashed != nullptr || source_.graph != nullptr;
        if (parameters_.exact || !indexed || use_scan(candidates)) {
            scan();
            return;
        }
        if (source_.hashed != nullptr) {
            walk(query);
        } else {
            walk_graph();
        }
        // Rare: too few blocks for so large a k, rows that no link leads to.
        if (result_.hits.size() < wanted && parameters_.least_score < kLowest) scan();
    }

private:
    static constexpr float kLowest = std::numeric_limits<float>::lowest();

    /// At most; which of the dead the store has is not worth counting.
    [[nodiscard]] uint64_t live_rows() const {
        if (source_.present != nullptr) return rows_;
        const uint64_t dead = dead_ != nullptr ? dead_->count() : 0;
        return rows_ - std::min(dead, rows_);
    }
    [[nodiscard]] uint32_t number_of(uint32_t row) const {
        if (source_.present != nullptr) source_.present->select(row, &row);
        return row;
    }
    [[nodiscard]] bool use_scan(uint64_t candidates) const {
        if (rows_ <= kAlwaysScan) return true;
        return allowed_ != nullptr &&
               candidates <= std::max(kFewAllowedRows, rows_ / kSelectiveShare);
    }

    void walk(std::span<const float> query) {
        const HashedLists& lists = *source_.hashed;
        const DenseKernels& kernels = dense_kernels();
        if (!scratch_.walk || scratch_.walk->of != &lists || scratch_.walk->rows != lists.rows())
            scratch_.walk.emplace(lists);
        DenseScratch::Impl::Walk& walk = *scratch_.walk;
        walk.query.set(lists, query, kernels);
        if (!walk.query.finite()) {
            scan();
            return;
        }
        const DenseSetting& setting = parameters_.setting;
        const uint64_t most_blocks =
            setting.blocks > 0 ? setting.blocks : uint64_t{setting.lists} * 4;
        const auto blocks = static_cast<uint32_t>(std::min<uint64_t>(most_blocks, lists.cells()));
        walk.cells.score(walk.query, setting.lists, blocks, kernels, result_.counters);
        WalkParameters steering;
        steering.max_blocks = blocks;
        steering.dead = dead_;
        steering.place_limit = static_cast<Place>(std::min<uint64_t>(lists.rows(), rows_));
        steering.allowed = allowed_bits();
        const auto most = static_cast<uint32_t>(std::min<uint64_t>(parameters_.k, rows_));
        const auto depth =
            static_cast<uint32_t>(std::min<uint64_t>(uint64_t{most} + setting.refine, rows_));
        scratch_.candidates.reset(most, depth);
        walk.visited.clear();
        CodeReader::State state(steering, walk.visited, scratch_.candidates, result_.counters);
        CodeReader reader(lists, walk.query, kernels, state, setting.slack, source_.present,
                          walk.sums, walk.above);
        walk_blocks(walk.cells, reader);
        refine(most, walk.query.code_spread());
    }

    void walk_graph() {
        if (!scratch_.graph || scratch_.graph->rows() != rows_) scratch_.graph.emplace(rows_);
        TopCandidates<float>& best = scratch_.best;
        const auto ef = static_cast<uint32_t>(
            std::min<uint64_t>(std::max(parameters_.setting.ef, parameters_.k), rows_));
        best.reset(ef, ef);
        const GraphScope scope{allowed_bits(), dead_, source_.present};
        scratch_.graph->run(*source_.graph, scratch_.scorer, scope, best, result_.counters);
        result_.counters.bytes_touched +=
            result_.counters.documents_scored * source_.store->row_bytes();
        take(best);
    }

    /// A bit a row; null when all are allowed.
    [[nodiscard]] const uint64_t* allowed_bits() {
        if (allowed_ == nullptr) return nullptr;
        scratch_.allowed.assign(rows_ / 64 + 1, 0);
        for (const uint32_t row : *allowed_) {
            if (row >= rows_) break;
            scratch_.allowed[row / 64] |= uint64_t{1} << (row % 64);
        }
        return scratch_.allowed.data();
    }

    /// True scores of the candidates, best codes first, until no code promises more.
    void refine(uint32_t k, float code_spread) {
        constexpr size_t kAhead = 4;
        const auto& candidates = scratch_.candidates.sorted();
        TopCandidates<float>& best = scratch_.best;
        best.reset(k, k);
        const bool ordered =
            source_.store->distance() != Distance::kEuclid && parameters_.setting.refine < rows_;
        for (size_t i = 0; i < std::min(kAhead, candidates.size()); ++i)
            scratch_.scorer.prefetch(candidates[i].place);
        for (size_t i = 0; i < candidates.size(); ++i) {
            if (i + kAhead < candidates.size())
                scratch_.scorer.prefetch(candidates[i + kAhead].place);
            if (ordered && best.full() &&
                candidates[i].score + kCodeDeviations * code_spread < best.threshold())
                break;
            const float score = scratch_.scorer.score(candidates[i].place);
            result_.counters.bytes_touched += source_.store->row_bytes();
            ++result_.counters.refined;
            if (score >= parameters_.least_score) best.offer(score, candidates[i].place);
        }
        take(best);
    }

    void scan() {
        result_.counters.exact = true;
        TopCandidates<float>& best = scratch_.best;
        const auto most = static_cast<uint32_t>(std::min<uint64_t>(parameters_.k, rows_));
        best.reset(most, most);
        const uint64_t before = result_.counters.documents_scored;
        const auto look_at = [&](uint32_t row) {
            const float score = scratch_.scorer.score(row);
            ++result_.counters.documents_scored;
            if (score >= parameters_.least_score && best.accepts(score, row) &&
                (dead_ == nullptr || !dead_->contains(number_of(row))))
                best.offer(score, row);
        };
        if (allowed_ != nullptr) {
            for (const uint32_t row : *allowed_) {
                if (row >= rows_) break;
                look_at(row);
            }
        } else {
            for (uint32_t row = 0; row < rows_; ++row) look_at(row);
        }
        result_.counters.bytes_touched +=
            (result_.counters.documents_scored - before) * source_.store->row_bytes();
        take(best);
    }

    void take(const TopCandidates<float>& best) {
        result_.hits.clear();
        for (const auto& c : best.sorted()) {
            if (result_.hits.size() == parameters_.k || c.score < parameters_.least_score) break;
            result_.hits.push_back({c.place, c.score});
        }
    }

    const DenseSource& source_;
    uint64_t rows_;
    const DenseSearchParameters& parameters_;
    const RowBitmap* allowed_;
    const DeadRows* dead_;
    DenseScratch::Impl& scratch_;
    SearchResult& result_;
};

}  // namespace

Status search_dense(const DenseSource& source, std::span<const float> query,
                    const DenseSearchParameters& parameters, DenseScope scope,
                    DenseScratch& scratch, SearchResult& result) {
    TEMBLOR_RETURN_IF_ERROR(parameters.validate());
    if (query.size() != source.store->dim()) {
        return Status::invalid_argument("query: " + std::to_string(query.size()) +
                                        " values, expected " + std::to_string(source.store->dim()));
    }
    for (const float v : query)
        if (!std::isfinite(v)) return Status::invalid_argument("query: a value is not finite");
    result.hits.clear();
    result.counters = SearchCounters{};
    DenseScratch::Impl& s = scratch.impl();
    if (source.store->distance() == Distance::kCosine) {
        s.query.assign(query.begin(), query.end());
        normalize(s.query);
        query = s.query;
    }
    DenseSearch(source, parameters, scope, s, result).run(query);
    return Status::ok();
}

Result<std::vector<SearchResult>> search_dense_batch(const DenseSource& source,
                                                     const DenseDataset& queries,
                                                     const DenseSearchParameters& parameters,
                                                     DenseScope scope, uint32_t threads) {
    std::vector<SearchResult> results(queries.rows());
    Status failed;
    const int count = threads > 0 ? static_cast<int>(threads) : omp_get_max_threads();
#pragma omp parallel num_threads(count)
    {
        DenseScratch scratch;
#pragma omp for schedule(dynamic, 8)
        for (uint64_t q = 0; q < queries.rows(); ++q) {
            Status status =
                search_dense(source, queries.row(q), parameters, scope, scratch, results[q]);
            if (!status.is_ok()) {
#pragma omp critical
                failed = std::move(status).with_context("query " + std::to_string(q));
            }
        }
    }
    if (!failed.is_ok()) return failed;
    return results;
}

}  // namespace temblor
