#pragma once

#include <cstdint>
#include <vector>

#include "index/dead_rows.h"
#include "index/graph/neighbour_graph.h"
#include "query/dense/vector_scorer.h"
#include "query/search_parameters.h"
#include "query/top_candidates.h"
#include "query/walk_state.h"

namespace temblor {

/// Which rows a walk may keep. It passes through the others.
struct GraphScope {
    const uint64_t* allowed = nullptr;   ///< a bit a row; null: all
    const DeadRows* dead = nullptr;      ///< null: none
    const RowBitmap* present = nullptr;  ///< see DenseSource
};

/// Walks a graph best first: from the entry down the upper levels to a near row, then in the lowest
/// level from the best row not yet left to its neighbours, until that one is worse than the worst
/// of the `ef` best that may be kept (Malkov and Yashunin, PAMI 2020, algorithms 2 and 5). Memory
/// is reused; for one graph's number of rows.
class GraphWalk {
public:
    explicit GraphWalk(uint64_t rows) : rows_(rows), visited_(rows, 0) {}
    [[nodiscard]] uint64_t rows() const { return rows_; }

    /// Offers to `best`, whose capacity is ef, every row that it scores and may keep. Counts
    /// documents_scored, blocks_visited (rows whose neighbours were read) and bytes.
    void run(const NeighbourGraph& graph, const VectorScorer& scorer, const GraphScope& scope,
             TopCandidates<float>& best, SearchCounters& counters);

private:
    using Candidate = TopCandidates<float>::Candidate;

    [[nodiscard]] Candidate descend(const NeighbourGraph& graph, const VectorScorer& scorer,
                                    SearchCounters& counters) const;
    void push(Candidate candidate);
    Candidate pop();

    uint64_t rows_;
    VisitedPlaces visited_;
    std::vector<Candidate> open_;  ///< a heap, the best on top
    std::vector<uint32_t> fresh_;
};

}  // namespace temblor
