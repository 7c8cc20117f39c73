#pragma once

#include <bit>
#include <cstdint>
#include <vector>

#include "data/row_bitmap.h"
#include "query/dense/candidate_reservoir.h"
#include "query/dense/cell_scores.h"
#include "query/dense/dense_kernels.h"
#include "query/dense/hashed_tables.h"
#include "query/walk_state.h"

namespace temblor {

/// Scores the documents of a block by their codes, all at once, and offers those that may be
/// candidates. A document that stands in several blocks is offered by the first whose code says so.
class CodeReader {
public:
    using State = WalkState<CandidateReservoir>;

    /// `present`: see DenseSource.
    CodeReader(const HashedLists& lists, const HashedQuery& query, const DenseKernels& kernels,
               State& state, float slack, const RowBitmap* present, std::vector<uint16_t>& sums,
               std::vector<uint16_t>& above)
        : tables_(query.documents()),
          kernels_(kernels),
          state_(state),
          margin_(slack * query.residual_spread()),
          present_(present),
          group_bytes_(lists.documents().shape().group_bytes()),
          sums_(sums),
          above_(above) {}

    [[nodiscard]] State& state() { return state_; }
    [[nodiscard]] float block_threshold() const { return state_.threshold() - margin_; }

    void open(const ScoredCell& cell) {
        if (cell.postings == 0) return;  // also where a damaged file left nothing to read
        const uint32_t groups = cell.postings / CodeShape::kGroup;
        state_.counters().documents_scored += cell.postings;
        state_.counters().bytes_touched +=
            uint64_t{groups} * group_bytes_ + cell.postings * sizeof(Place);
        const uint32_t least = tables_.least_sum(state_.top().bar(), cell.base);
        if (least > UINT16_MAX) return;
        sums_.resize(cell.postings);
        above_.resize(groups);
        tables_.scan(kernels_, cell.codes, groups, static_cast<uint16_t>(least), sums_.data(),
                     above_.data());
        for (uint32_t g = 0; g < groups; ++g) {
            for (uint32_t bits = above_[g]; bits != 0; bits &= bits - 1) {
                const uint32_t at =
                    g * CodeShape::kGroup + static_cast<uint32_t>(std::countr_zero(bits));
                const Place place = cell.rows[at];
                if (!state_.in_range(place)) continue;  // what fills up a block
                const float score = tables_.score(sums_[at], cell.base);
                if (!state_.top().accepts(score, place) || !state_.is_allowed(place) ||
                    !state_.is_new(place))
                    continue;
                state_.offer(score, place, [this](Place p) {
                    if (present_ != nullptr) present_->select(p, &p);
                    return p;
                });
            }
        }
    }
    void finish() {}

private:
    const CodeTables& tables_;
    const DenseKernels& kernels_;
    State& state_;
    float margin_;
    const RowBitmap* present_;
    uint32_t group_bytes_;
    std::vector<uint16_t>& sums_;
    std::vector<uint16_t>& above_;
};

}  // namespace temblor
