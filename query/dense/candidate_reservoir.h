#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "query/top_candidates.h"

namespace temblor {

/// As TopCandidates, for a capacity much larger than k: what may be among the best is gathered and
/// now and then cut back to them, so that keeping a candidate costs a few nanoseconds whatever the
/// capacity.
class CandidateReservoir {
public:
    using Candidate = TopCandidates<float>::Candidate;

    /// Empties it; keeps its memory.
    void reset(uint32_t k, uint32_t capacity) {
        best_.reset(k, k);
        capacity_ = capacity;
        gathered_.clear();
        bar_ = -std::numeric_limits<float>::infinity();
    }
    [[nodiscard]] bool full() const { return best_.full(); }
    /// θ, the k-th best score; only when full().
    [[nodiscard]] float threshold() const { return best_.threshold(); }
    /// What scores less is not among the best `capacity`.
    [[nodiscard]] float bar() const { return bar_; }
    [[nodiscard]] bool accepts(float score, uint32_t /*place*/) const { return score >= bar_; }

    /// True if the best k changed.
    bool offer(float score, uint32_t place) {
        gathered_.push_back({score, place});
        if (gathered_.size() >= 2 * size_t{capacity_}) cut();
        return best_.offer(score, place);
    }
    /// The best `capacity` of those offered, best first, equal scores in the order of places.
    const std::vector<Candidate>& sorted() {
        if (gathered_.size() > capacity_) cut();
        std::sort(gathered_.begin(), gathered_.end(), better);
        return gathered_;
    }

private:
    static bool better(const Candidate& a, const Candidate& b) {
        return a.score != b.score ? a.score > b.score : a.place < b.place;
    }
    void cut() {
        const auto last = gathered_.begin() + (capacity_ - 1);
        std::nth_element(gathered_.begin(), last, gathered_.end(), better);
        bar_ = last->score;
        gathered_.resize(capacity_);
    }

    TopCandidates<float> best_;
    uint32_t capacity_ = 1;
    std::vector<Candidate> gathered_;
    float bar_ = 0;
};

}  // namespace temblor
