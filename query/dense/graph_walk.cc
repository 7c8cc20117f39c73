#include "query/dense/graph_walk.h"

#include <algorithm>
#include <span>

namespace temblor {
namespace {

bool is_kept(const GraphScope& scope, uint32_t row) {
    if (scope.allowed != nullptr && (scope.allowed[row / 64] >> (row % 64) & 1) == 0) return false;
    if (scope.dead == nullptr) return true;
    uint32_t number = row;
    if (scope.present != nullptr) scope.present->select(row, &number);
    return !scope.dead->contains(number);
}

bool is_worse(const TopCandidates<float>::Candidate& a, const TopCandidates<float>::Candidate& b) {
    return a.score != b.score ? a.score < b.score : a.place > b.place;
}

}  // namespace

void GraphWalk::push(Candidate candidate) {
    open_.push_back(candidate);
    std::push_heap(open_.begin(), open_.end(), is_worse);
}

GraphWalk::Candidate GraphWalk::pop() {
    std::pop_heap(open_.begin(), open_.end(), is_worse);
    const Candidate best = open_.back();
    open_.pop_back();
    return best;
}

GraphWalk::Candidate GraphWalk::descend(const NeighbourGraph& graph, const VectorScorer& scorer,
                                        SearchCounters& counters) const {
    Candidate at{scorer.score(graph.entry()), graph.entry()};
    ++counters.documents_scored;
    for (uint32_t level = graph.levels(); level > 0; --level) {
        // The score rises from step to step, which ends in a damaged graph too.
        for (bool moved = true; moved;) {
            moved = false;
            const auto neighbours = graph.neighbours(at.place, level);
            ++counters.blocks_visited;
            counters.bytes_touched += neighbours.size_bytes();
            for (const uint32_t n : neighbours) {
                if (n >= rows_) break;
                const Candidate next{scorer.score(n), n};
                ++counters.documents_scored;
                if (!(next.score > at.score)) continue;
                at = next;
                moved = true;
            }
        }
    }
    return at;
}

void GraphWalk::run(const NeighbourGraph& graph, const VectorScorer& scorer,
                    const GraphScope& scope, TopCandidates<float>& best, SearchCounters& counters) {
    constexpr size_t kAhead = 3;
    visited_.clear();
    open_.clear();
    const auto meet = [&](Candidate candidate) {
        push(candidate);
        if (is_kept(scope, candidate.place)) best.offer(candidate.score, candidate.place);
    };
    const Candidate start = descend(graph, scorer, counters);
    visited_.insert(start.place);
    meet(start);
    while (!open_.empty()) {
        const Candidate from = pop();
        if (best.full() && from.score < best.threshold()) break;
        const auto neighbours = graph.neighbours(from.place);
        ++counters.blocks_visited;
        counters.bytes_touched += neighbours.size_bytes();
        fresh_.clear();
        for (const uint32_t n : neighbours) {
            if (n >= rows_) break;
            if (visited_.insert(n)) fresh_.push_back(n);
        }
        counters.documents_scored += fresh_.size();
        for (size_t i = 0; i < std::min(kAhead, fresh_.size()); ++i) scorer.prefetch(fresh_[i]);
        for (size_t i = 0; i < fresh_.size(); ++i) {
            if (i + kAhead < fresh_.size()) scorer.prefetch(fresh_[i + kAhead]);
            const Candidate next{scorer.score(fresh_[i]), fresh_[i]};
            if (best.accepts(next.score, next.place)) meet(next);
        }
    }
}

}  // namespace temblor
