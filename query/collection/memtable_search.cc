#include "query/collection/memtable_search.h"

#include <algorithm>
#include <string>

#include "query/collection/dense_distance.h"

namespace temblor {
namespace {

struct Better {
    bool operator()(const MemtableHit& a, const MemtableHit& b) const {
        return a.score != b.score ? a.score > b.score : a.row < b.row;
    }
};
struct Worse {
    bool operator()(const MemtableHit& a, const MemtableHit& b) const { return Better()(b, a); }
};

/// Takes scored rows, rising. Without a filter it keeps the best k and some more, which are dropped
/// together when they have become as many again; with one it keeps all, since any number may be
/// refused.
class Ranking {
public:
    Ranking(uint32_t k, const DeadRows& dead, const AcceptRow& accept,
            std::vector<MemtableHit>& memory)
        : k_(k),
          capacity_(accept ? SIZE_MAX : size_t{k} + std::max(k, kSurplus)),
          dead_(dead),
          accept_(accept),
          ranked_(memory) {
        ranked_.clear();
    }

    /// Rows from here on that score threshold() or less cannot be among the best k.
    [[nodiscard]] bool has_threshold() const { return has_threshold_; }
    [[nodiscard]] float threshold() const { return threshold_; }
    [[nodiscard]] bool hopeless(float score) const { return has_threshold_ && score <= threshold_; }
    [[nodiscard]] bool is_dead(uint32_t row) const { return dead_.contains(row); }

    /// A row that is not dead.
    void offer(uint32_t row, float score) {
        ranked_.push_back({row, score});
        if (ranked_.size() == capacity_) drop_surplus();
    }

    Status finish(std::vector<MemtableHit>& hits) {
        if (!accept_) {
            if (ranked_.size() > k_) drop_surplus();
            std::sort(ranked_.begin(), ranked_.end(), Better());
            hits.assign(ranked_.begin(), ranked_.end());
            return Status::ok();
        }
        std::make_heap(ranked_.begin(), ranked_.end(), Worse());
        while (!ranked_.empty() && hits.size() < k_) {
            std::pop_heap(ranked_.begin(), ranked_.end(), Worse());
            const MemtableHit best = ranked_.back();
            ranked_.pop_back();
            TEMBLOR_ASSIGN_OR_RETURN(const bool accepted, accept_(best.row));
            if (accepted) hits.push_back(best);
        }
        return Status::ok();
    }

private:
    static constexpr uint32_t kSurplus = 64;

    void drop_surplus() {
        const auto kth = ranked_.begin() + static_cast<ptrdiff_t>(k_ - 1);
        std::nth_element(ranked_.begin(), kth, ranked_.end(), Better());
        threshold_ = kth->score;
        has_threshold_ = true;
        ranked_.resize(k_);
    }

    uint32_t k_;
    size_t capacity_;
    const DeadRows& dead_;
    const AcceptRow& accept_;
    std::vector<MemtableHit>& ranked_;
    float threshold_ = 0;
    bool has_threshold_ = false;
};

constexpr uint32_t kBlock = uint32_t{1} << RowScores::kBlockBits;

/// In lanes, without branches: few of many blocks have a sum above.
bool any_above(const double* sums, double bound) {
    constexpr uint32_t kLanes = 8;
    double most[kLanes];
    std::copy_n(sums, kLanes, most);
    for (uint32_t i = kLanes; i < kBlock; i += kLanes) {
        for (uint32_t lane = 0; lane < kLanes; ++lane) {
            most[lane] = sums[i + lane] > most[lane] ? sums[i + lane] : most[lane];
        }
    }
    return *std::max_element(most, most + kLanes) > bound;
}

constexpr uint64_t kPostingBytes = sizeof(uint32_t) + sizeof(float);

uint64_t count_scored(const double* sums) {
    uint64_t count = 0;
    for (uint32_t i = 0; i < kBlock; ++i) count += sums[i] != 0 ? 1 : 0;
    return count;
}

void offer_block(uint32_t first, const double* sums, Ranking& ranking) {
    // A sum that is not above the threshold does not round to one that is.
    if (ranking.has_threshold() && !any_above(sums, ranking.threshold())) return;
    uint32_t scored[kBlock];
    uint32_t count = 0;
    for (uint32_t i = 0; i < kBlock; ++i) {
        scored[count] = i;
        count += sums[i] != 0 ? 1 : 0;
    }
    for (uint32_t s = 0; s < count; ++s) {
        const uint32_t row = first + scored[s];
        const auto score = static_cast<float>(sums[scored[s]]);
        if (score == 0 || ranking.hopeless(score)) continue;
        if (!ranking.is_dead(row)) ranking.offer(row, score);
    }
}

Status no_vector(std::string_view kind, std::string_view name) {
    return Status::invalid_argument("the schema has no " + std::string(kind) + " vector \"" +
                                    std::string(name) + "\"");
}

}  // namespace

Status search_memtable_sparse(const Memtable& memtable, std::string_view vector,
                              SparseVectorView query, uint32_t rows, const DeadRows& dead,
                              const AcceptRow& accept, uint32_t k, MemtableScratch& scratch,
                              std::vector<MemtableHit>& hits, SearchCounters& counters) {
    hits.clear();
    TEMBLOR_CHECK(rows <= memtable.rows());
    if (!memtable.schema().sparse.contains(vector)) return no_vector("sparse", vector);
    TEMBLOR_RETURN_IF_ERROR(
        validate_sparse_vector(query, ValueRule::kFinite, 0).with_context("query"));
    if (k == 0) return Status::ok();
    memtable.add_sparse_scores(vector, query, rows, scratch.scores);
    Ranking ranking(k, dead, accept, scratch.ranking);
    scratch.scores.drain([&](uint32_t first, const double* sums) {
        counters.documents_scored += count_scored(sums);
        offer_block(first, sums, ranking);
    });
    for (const uint32_t component : query.components) {
        const uint64_t postings = memtable.document_frequency(vector, component, rows);
        counters.lists += postings > 0 ? 1 : 0;
        counters.bytes_touched += postings * kPostingBytes;
    }
    return ranking.finish(hits);
}

Status search_memtable_dense(const Memtable& memtable, std::string_view vector,
                             std::span<const float> query, uint32_t rows, const DeadRows& dead,
                             const AcceptRow& accept, uint32_t k, MemtableScratch& scratch,
                             std::vector<MemtableHit>& hits, SearchCounters& counters) {
    hits.clear();
    TEMBLOR_CHECK(rows <= memtable.rows());
    const Memtable::DenseColumn* const column = memtable.dense_column(vector);
    if (column == nullptr) return no_vector("dense", vector);
    const DenseVectorSettings& settings = memtable.schema().dense.find(vector)->second;
    if (query.size() != settings.size) {
        return Status::invalid_argument("query: " + std::to_string(query.size()) +
                                        " values, vector \"" + std::string(vector) + "\" has " +
                                        std::to_string(settings.size));
    }
    if (k == 0) return Status::ok();
    Ranking ranking(k, dead, accept, scratch.ranking);
    for (uint32_t row = 0; row < rows; ++row) {
        const std::span<const float> stored = (*column)[row];
        if (stored.empty() || ranking.is_dead(row)) continue;
        ++counters.documents_scored;
        counters.bytes_touched += stored.size_bytes();
        const float score = dense_score(settings.distance, query, stored);
        if (!ranking.hopeless(score)) ranking.offer(row, score);
    }
    return ranking.finish(hits);
}

}  // namespace temblor
