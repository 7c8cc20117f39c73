#include "query/collection/memtable_search.h"

#include <algorithm>
#include <limits>
#include <string>

#include "query/collection/dense_distance.h"

namespace temblor {
namespace {

bool better(const MemtableHit& a, const MemtableHit& b) {
    return a.score != b.score ? a.score > b.score : a.row < b.row;
}
bool worse(const MemtableHit& a, const MemtableHit& b) { return better(b, a); }

/// Takes scored rows, rising. Without a filter only the best k are kept; with one all of them are,
/// since any number may be refused.
class Ranking {
public:
    Ranking(uint32_t k, const DeadRows& dead, const AcceptRow& accept,
            std::vector<MemtableHit>& memory)
        : k_(k), dead_(dead), accept_(accept), ranked_(memory) {
        ranked_.clear();
    }

    /// A row scoring this or less need not be offered, while full() holds.
    [[nodiscard]] float threshold() const { return ranked_.front().score; }
    [[nodiscard]] bool full() const { return !accept_ && ranked_.size() == k_; }

    [[nodiscard]] bool is_dead(uint32_t row) const { return dead_.contains(row); }

    /// `row` is not dead. When full() it scores above threshold().
    void offer(uint32_t row, float score) {
        if (!full()) {
            ranked_.push_back({row, score});
            // The front is the worst of the k from here on.
            if (full()) std::make_heap(ranked_.begin(), ranked_.end(), better);
            return;
        }
        std::pop_heap(ranked_.begin(), ranked_.end(), better);
        ranked_.back() = {row, score};
        std::push_heap(ranked_.begin(), ranked_.end(), better);
    }

    Status finish(std::vector<MemtableHit>& hits) {
        if (!accept_) {
            std::sort(ranked_.begin(), ranked_.end(), better);
            hits.assign(ranked_.begin(), ranked_.end());
            return Status::ok();
        }
        std::make_heap(ranked_.begin(), ranked_.end(), worse);
        while (!ranked_.empty() && hits.size() < k_) {
            std::pop_heap(ranked_.begin(), ranked_.end(), worse);
            const MemtableHit best = ranked_.back();
            ranked_.pop_back();
            TEMBLOR_ASSIGN_OR_RETURN(const bool accepted, accept_(best.row));
            if (accepted) hits.push_back(best);
        }
        return Status::ok();
    }

private:
    uint32_t k_;
    const DeadRows& dead_;
    const AcceptRow& accept_;
    std::vector<MemtableHit>& ranked_;
};

Status no_vector(std::string_view kind, std::string_view name) {
    return Status::invalid_argument("the schema has no " + std::string(kind) + " vector \"" +
                                    std::string(name) + "\"");
}

}  // namespace

Status search_memtable_sparse(const Memtable& memtable, std::string_view vector,
                              SparseVectorView query, uint32_t rows, const DeadRows& dead,
                              const AcceptRow& accept, uint32_t k, MemtableScratch& scratch,
                              std::vector<MemtableHit>& hits) {
    hits.clear();
    if (!memtable.schema().sparse.contains(vector)) return no_vector("sparse", vector);
    TEMBLOR_RETURN_IF_ERROR(
        validate_sparse_vector(query, ValueRule::kFinite, 0).with_context("query"));
    if (k == 0) return Status::ok();
    memtable.add_sparse_scores(vector, query, rows, scratch.scores);
    Ranking ranking(k, dead, accept, scratch.ranking);
    scratch.scores.drain([&](uint32_t first, const double* sums) {
        constexpr uint32_t kBlock = uint32_t{1} << RowScores::kBlockBits;
        for (uint32_t i = 0; i < kBlock; ++i) {
            const auto score = static_cast<float>(sums[i]);
            if (score == 0 || (ranking.full() && score <= ranking.threshold())) continue;
            if (!ranking.is_dead(first + i)) ranking.offer(first + i, score);
        }
    });
    return ranking.finish(hits);
}

Status search_memtable_dense(const Memtable& memtable, std::string_view vector,
                             std::span<const float> query, uint32_t rows, const DeadRows& dead,
                             const AcceptRow& accept, uint32_t k, MemtableScratch& scratch,
                             std::vector<MemtableHit>& hits) {
    hits.clear();
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
        const float score = dense_score(settings.distance, query, stored);
        if (ranking.full() && score <= ranking.threshold()) continue;
        ranking.offer(row, score);
    }
    return ranking.finish(hits);
}

}  // namespace temblor
