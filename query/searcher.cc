#include "query/searcher.h"

#include <algorithm>
#include <limits>

#include <omp.h>

#include "query/block_scores.h"
#include "query/block_walk.h"
#include "query/document_scorers.h"
#include "query/kernels.h"
#include "query/query_tables.h"
#include "query/record_reader.h"

namespace temblor {
namespace {

/// Below this many documents scoring all of them is as fast as choosing.
constexpr uint64_t kAlwaysExact = 256;
/// Filters that allow fewer documents, or fewer than one in kSelective, are answered by scoring
/// each.
constexpr uint64_t kFewAllowed = 1000;
constexpr uint64_t kSelective = 50;
/// A document is dropped when its first tier holds so many standard deviations less of θ than the
/// first tiers of the best documents held of their scores; 4.5 loses under 0.1 points of accuracy.
constexpr float kShareDeviations = 4.5F;
/// A quick score may be that much below the exact one that least_score is about.
constexpr float kLeastScoreMargin = 0.98F;
constexpr uint32_t kMostQueryEntries = 1 << 20;

/// Candidates kept beyond k, for the exact scores of the last pass to choose from.
uint32_t candidates_for(uint32_t k) { return k + 9 + k / 8; }

}  // namespace

AllowedRows AllowedRows::from_bitmap(const Segment& segment, const RowBitmap& rows) {
    AllowedRows allowed;
    const ForwardStore& store = segment.forward();
    const uint32_t shift = store.shape().place_shift();
    allowed.place_bits_.resize((uint64_t{store.place_limit()} >> shift) / 64 + 1);
    allowed.rows_.reserve(rows.cardinality());
    for (const uint32_t row : rows) {
        if (row >= segment.rows()) break;
        allowed.rows_.push_back(row);
        const uint64_t bit = uint64_t{store.places()[row]} >> shift;
        if (bit / 64 < allowed.place_bits_.size())
            allowed.place_bits_[bit / 64] |= uint64_t{1} << (bit % 64);
    }
    return allowed;
}

struct SearchScratch::Impl {
    explicit Impl(const Segment& segment)
        : query(segment),
          blocks(segment),
          visited(segment.forward().place_limit(), segment.forward().shape().place_shift()),
          decoded(size_t{segment.max_document_nnz()} + 16) {}

    QueryTables query;
    BlockScores blocks;
    VisitedPlaces visited;
    TopCandidates<uint32_t> integer_top;
    TopCandidates<float> float_top;
    TopCandidates<double> exact_top;
    std::vector<uint32_t> by_weight;  ///< positions in the query, heaviest first
    std::vector<uint32_t> lists;
    std::vector<uint32_t> decoded;
    std::vector<uint32_t> found_rows;

    TopCandidates<uint32_t>& top(uint32_t /*tag*/) { return integer_top; }
    TopCandidates<float>& top(float /*tag*/) { return float_top; }
};

SearchScratch::SearchScratch(const Segment& segment) : impl_(std::make_unique<Impl>(segment)) {}
SearchScratch::~SearchScratch() = default;
SearchScratch::SearchScratch(SearchScratch&&) noexcept = default;
SearchScratch& SearchScratch::operator=(SearchScratch&&) noexcept = default;

namespace {

/// One search over one segment with one kind of forward store.
template <typename Documents>
class Search {
public:
    Search(const Segment& segment, const SearchParameters& parameters, SearchScope scope,
           SearchScratch::Impl& scratch, Documents& documents, SearchResult& result)
        : segment_(segment),
          parameters_(parameters),
          allowed_(scope.allowed),
          dead_(scope.dead != nullptr && !scope.dead->empty() ? scope.dead : nullptr),
          scratch_(scratch),
          documents_(documents),
          result_(result) {}

    void run() {
        const uint64_t candidates = allowed_ != nullptr ? allowed_->count() : live_rows();
        const uint64_t wanted = std::min<uint64_t>(parameters_.k, candidates);
        if (wanted == 0) return;
        if (parameters_.exact || use_scan(candidates)) {
            scan();
        } else {
            order_by_weight();
            walk(parameters_.query_cut, false);
            // Short answers are rare: look at every block of every list, and where lists were cut,
            // at every document.
            if (result_.hits.size() < wanted && parameters_.least_score <= 0 &&
                (scratch_.by_weight.size() > parameters_.query_cut ||
                 scratch_.blocks.left_out() > 0)) {
                walk(std::numeric_limits<uint32_t>::max(), true);
            }
            if (result_.hits.size() < wanted && parameters_.least_score <= 0 &&
                !lists_are_complete())
                scan();
        }
        if (parameters_.fill_with_zeros) fill_with_zero_scores(wanted);
    }

private:
    [[nodiscard]] uint64_t live_rows() const {
        const uint64_t dead = dead_ != nullptr ? dead_->count() : 0;
        return segment_.rows() - std::min(dead, segment_.rows());
    }
    [[nodiscard]] bool is_dead(uint32_t row) const {
        return dead_ != nullptr && dead_->contains(row);
    }

    [[nodiscard]] bool use_scan(uint64_t candidates) const {
        if (segment_.rows() <= kAlwaysExact) return true;
        return allowed_ != nullptr &&
               candidates <= std::max(kFewAllowed, segment_.rows() / kSelective);
    }

    void order_by_weight() {
        const std::vector<float>& values = scratch_.query.values();
        scratch_.by_weight.clear();
        for (uint32_t i = 0; i < values.size(); ++i) {
            if (segment_.lists().record(scratch_.query.components()[i]).postings > 0)
                scratch_.by_weight.push_back(i);
        }
        std::sort(scratch_.by_weight.begin(), scratch_.by_weight.end(),
                  [&](uint32_t a, uint32_t b) {
                      return values[a] != values[b] ? values[a] > values[b] : a < b;
                  });
    }

    void walk(uint32_t query_cut, bool every_block) {
        using Score = typename Documents::Score;
        const size_t cut = std::min<size_t>(query_cut, scratch_.by_weight.size());
        scratch_.lists.clear();
        for (size_t i = 0; i < cut; ++i) {
            scratch_.lists.push_back(scratch_.query.components()[scratch_.by_weight[i]]);
        }
        scratch_.blocks.score(scratch_.lists, scratch_.query, kernels(), every_block,
                              result_.counters);
        result_.counters.blocks += scratch_.blocks.ordered().size();
        const ForwardStore& store = segment_.forward();
        WalkParameters steering;
        steering.patience = parameters_.patience;
        steering.allowed = allowed_ != nullptr ? allowed_->place_bits().data() : nullptr;
        steering.dead = dead_;
        steering.bounded = parameters_.least_score > 0;
        steering.least_score = parameters_.least_score * kLeastScoreMargin /
                               (documents_.unit() * scratch_.query.weight_unit());
        steering.place_shift = store.shape().place_shift();
        steering.place_limit = store.place_limit();
        TopCandidates<Score>& top = scratch_.top(Score{});
        const auto most = static_cast<uint32_t>(std::min<uint64_t>(parameters_.k, segment_.rows()));
        top.reset(most, candidates_for(most));
        scratch_.visited.clear();
        typename RecordReader<Documents>::State state(steering, scratch_.visited, top,
                                                      result_.counters);
        RecordReader<Documents> reader(scratch_.blocks, documents_, state, parameters_.heap_factor,
                                       kShareDeviations);
        walk_blocks(scratch_.blocks, reader);
        refine(top);
    }

    /// Exact scores of the candidates; the best k become the hits.
    template <typename Score>
    void refine(const TopCandidates<Score>& top) {
        for (const auto& c : top.sorted()) documents_.prefetch_refine(c.place);
        result_.hits.clear();
        for (const auto& c : top.sorted()) {
            const double score = documents_.refine(c.place);
            const uint32_t row = documents_.row(c.place);
            if (score > 0 && row < segment_.rows())
                result_.hits.push_back({row, static_cast<float>(score)});
        }
        std::sort(result_.hits.begin(), result_.hits.end(), [](const Hit& a, const Hit& b) {
            return a.score != b.score ? a.score > b.score : a.row < b.row;
        });
        if (result_.hits.size() > parameters_.k) result_.hits.resize(parameters_.k);
    }

    /// Every allowed document in row order; only those whose quick score may reach θ get an exact
    /// one.
    void scan() {
        constexpr uint64_t kAhead = 8;
        result_.counters.exact = true;
        const auto places = segment_.forward().places();
        const Place limit = segment_.forward().place_limit();
        const uint64_t n = allowed_ != nullptr ? allowed_->count() : places.size();
        const auto row_at = [&](uint64_t i) {
            return allowed_ != nullptr ? allowed_->rows()[i] : static_cast<uint32_t>(i);
        };
        const double unit = static_cast<double>(documents_.unit()) *
                            static_cast<double>(scratch_.query.weight_unit());
        const double slack = documents_.error_bound();
        TopCandidates<double>& top = scratch_.exact_top;
        const auto most = static_cast<uint32_t>(std::min<uint64_t>(parameters_.k, n));
        top.reset(most, most);
        if (scratch_.query.size() > 0) {
            for (uint64_t i = 0; i < n; ++i) {
                if (i + kAhead < n && places[row_at(i + kAhead)] < limit)
                    documents_.prefetch_first(places[row_at(i + kAhead)]);
                const uint32_t row = row_at(i);
                const Place place = places[row];
                if (place >= limit) continue;
                ++result_.counters.documents_scored;
                bool more = false;
                auto score = documents_.first(place, more);
                if (more) score += documents_.rest(place);
                if (score == 0 && Documents::kZeroIsExact) continue;
                if (top.full() &&
                    (static_cast<double>(score) + slack) * unit * (1 + 1e-6) < top.threshold())
                    continue;
                if (is_dead(row)) continue;
                // As a float, which is what ties are told by.
                const auto exact = static_cast<float>(documents_.refine(place));
                if (exact > 0) top.offer(static_cast<double>(exact), row);
            }
        }
        result_.hits.clear();
        for (const auto& c : top.sorted())
            result_.hits.push_back({c.place, static_cast<float>(c.score)});
    }

    [[nodiscard]] bool lists_are_complete() const {
        for (const uint32_t c : scratch_.query.components()) {
            if (segment_.lists().record(c).pruned > 0) return false;
        }
        return true;
    }

    void fill_with_zero_scores(uint64_t wanted) {
        if (result_.hits.size() >= wanted) return;
        std::vector<uint32_t>& found = scratch_.found_rows;
        found.clear();
        for (const Hit& h : result_.hits) found.push_back(h.row);
        std::sort(found.begin(), found.end());
        const uint64_t n = allowed_ != nullptr ? allowed_->count() : segment_.rows();
        for (uint64_t i = 0; i < n && result_.hits.size() < wanted; ++i) {
            const uint32_t row =
                allowed_ != nullptr ? allowed_->rows()[i] : static_cast<uint32_t>(i);
            if (!std::binary_search(found.begin(), found.end(), row) && !is_dead(row))
                result_.hits.push_back({row, 0});
        }
    }

    const Segment& segment_;
    const SearchParameters& parameters_;
    const AllowedRows* allowed_;
    const DeadRows* dead_;
    SearchScratch::Impl& scratch_;
    Documents& documents_;
    SearchResult& result_;
};

}  // namespace

Searcher::Searcher(std::shared_ptr<const Segment> segment) : segment_(std::move(segment)) {}

Status Searcher::search(SparseVectorView query, const SearchParameters& parameters,
                        SearchScope scope, SearchScratch& scratch, SearchResult& result) const {
    TEMBLOR_RETURN_IF_ERROR(parameters.validate());
    if (query.nnz() > kMostQueryEntries) {
        return Status::resource_exhausted("query: " + std::to_string(query.nnz()) +
                                          " entries, at most " + std::to_string(kMostQueryEntries));
    }
    TEMBLOR_RETURN_IF_ERROR(
        validate_sparse_vector(query, ValueRule::kNonNegative, 0).with_context("query"));
    SearchScratch::Impl& s = scratch.impl();
    result.hits.clear();
    result.counters = SearchCounters{};
    s.query.set(query, segment_->components());
    const auto run = [&](auto& documents) {
        using Documents = std::remove_reference_t<decltype(documents)>;
        Search<Documents>(*segment_, parameters, scope, s, documents, result).run();
    };
    const ForwardShape& shape = segment_->forward().shape();
    if (shape.kind == ForwardKind::kCompact) {
        CompactScorer documents(*segment_, s.query, kernels(), result.counters, s.decoded);
        run(documents);
    } else if (shape.kind == ForwardKind::kF32) {
        F32Scorer documents(*segment_, s.query, kernels(), result.counters);
        run(documents);
    } else if (shape.wide) {
        RecordScorer<uint32_t> documents(*segment_, s.query, kernels(), result.counters);
        run(documents);
    } else {
        RecordScorer<uint16_t> documents(*segment_, s.query, kernels(), result.counters);
        run(documents);
    }
    return Status::ok();
}

Result<std::vector<SearchResult>> Searcher::search_batch(const SparseDataset& queries,
                                                         const SearchParameters& parameters,
                                                         SearchScope scope,
                                                         uint32_t threads) const {
    std::vector<SearchResult> results(queries.rows());
    Status failed;
    const int count = threads > 0 ? static_cast<int>(threads) : omp_get_max_threads();
#pragma omp parallel num_threads(count)
    {
        SearchScratch scratch(*segment_);
#pragma omp for schedule(dynamic, 8)
        for (uint64_t q = 0; q < queries.rows(); ++q) {
            Status status = search(queries.row(q), parameters, scope, scratch, results[q]);
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
