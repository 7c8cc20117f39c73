#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace temblor {

/// The best `capacity` of the documents offered, best first, equal scores in the order of places.
/// The threshold θ is the k-th best score: the surplus only keeps what a finer score may still
/// lift.
template <typename Score>
class TopCandidates {
public:
    struct Candidate {
        Score score;
        uint32_t place;
    };

    /// Empties it; keeps its memory.
    void reset(uint32_t k, uint32_t capacity) {
        k_ = k;
        capacity_ = capacity;
        sorted_.clear();
        sorted_.reserve(capacity);
    }
    [[nodiscard]] bool full() const { return sorted_.size() >= k_; }
    /// θ; only when full().
    [[nodiscard]] Score threshold() const { return sorted_[k_ - 1].score; }
    [[nodiscard]] const std::vector<Candidate>& sorted() const { return sorted_; }

    /// Whether offer() would keep it.
    [[nodiscard]] bool accepts(Score score, uint32_t place) const {
        if (sorted_.size() < capacity_) return true;
        const Candidate& last = sorted_.back();
        return score > last.score || (score == last.score && place < last.place);
    }
    /// True if the best k changed. O(capacity) at worst, for a short move of memory.
    bool offer(Score score, uint32_t place) {
        if (!accepts(score, place)) return false;
        if (sorted_.size() == capacity_) sorted_.pop_back();
        const auto at =
            std::upper_bound(sorted_.begin(), sorted_.end(), Candidate{score, place},
                             [](const Candidate& a, const Candidate& b) {
                                 return a.score != b.score ? a.score > b.score : a.place < b.place;
                             });
        const auto position = static_cast<size_t>(at - sorted_.begin());
        sorted_.insert(at, Candidate{score, place});
        return position < k_;
    }

private:
    uint32_t k_ = 0;
    uint32_t capacity_ = 0;
    std::vector<Candidate> sorted_;
};

}  // namespace temblor
