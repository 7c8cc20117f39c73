#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "index/dead_rows.h"
#include "index/forward_store.h"
#include "query/search_parameters.h"

namespace temblor {

/// The places a search has already met: a bit each, cleared by the words it touched.
class VisitedPlaces {
public:
    VisitedPlaces(uint64_t places, uint32_t shift)
        : shift_(shift), words_((places >> shift) / 64 + 1) {}

    /// True the first time.
    bool insert(Place place) {
        const uint64_t bit = uint64_t{place} >> shift_;
        uint64_t& word = words_[bit / 64];
        const uint64_t mask = uint64_t{1} << (bit % 64);
        if ((word & mask) != 0) return false;
        if (word == 0) touched_.push_back(static_cast<uint32_t>(bit / 64));
        word |= mask;
        return true;
    }
    void clear() {
        for (const uint32_t w : touched_) words_[w] = 0;
        touched_.clear();
    }

private:
    uint32_t shift_;
    std::vector<uint64_t> words_;
    std::vector<uint32_t> touched_;
};

/// What steers a walk.
struct WalkParameters {
    /// θ is at least this, in the unit of document scores; see `bounded`.
    float least_score = 0;
    /// Whether least_score holds while fewer than k documents score more.
    bool bounded = false;
    uint32_t patience = 0;  ///< 0: without end
    uint32_t max_blocks = std::numeric_limits<uint32_t>::max();
    const uint64_t* allowed = nullptr;  ///< bit per place >> place_shift; null: all
    const DeadRows* dead = nullptr;     ///< rows that are never kept; null: none
    uint32_t place_shift = 0;
    Place place_limit = 0;
};

/// What a walk knows of the documents so far: θ, which were met, which may be kept. A block reader
/// offers documents to it, the walk asks it when to stop.
///
/// `Top` keeps the best: TopCandidates or what can do the same.
template <typename Top>
class WalkState {
public:
    WalkState(const WalkParameters& parameters, VisitedPlaces& visited, Top& top,
              SearchCounters& counters)
        : parameters_(parameters), visited_(visited), top_(top), counters_(counters) {}

    [[nodiscard]] const WalkParameters& parameters() const { return parameters_; }
    [[nodiscard]] SearchCounters& counters() { return counters_; }
    [[nodiscard]] Top& top() { return top_; }

    [[nodiscard]] bool has_threshold() const { return top_.full() || parameters_.bounded; }
    /// θ, the k-th best score so far; only with has_threshold().
    [[nodiscard]] float threshold() const {
        if (!top_.full()) return parameters_.least_score;
        const auto found = static_cast<float>(top_.threshold());
        return parameters_.bounded ? std::max(found, parameters_.least_score) : found;
    }
    [[nodiscard]] bool out_of_patience() const {
        return parameters_.patience > 0 && unchanged_ >= parameters_.patience;
    }

    /// Whether the place lies in the store (a damaged file may say otherwise).
    [[nodiscard]] bool in_range(Place place) const { return place < parameters_.place_limit; }
    /// True the first time it is asked of a place.
    bool is_new(Place place) { return visited_.insert(place); }
    [[nodiscard]] bool is_allowed(Place place) const {
        if (parameters_.allowed == nullptr) return true;
        const uint64_t bit = uint64_t{place} >> parameters_.place_shift;
        return (parameters_.allowed[bit / 64] >> (bit % 64) & 1) != 0;
    }

    /// True if the best k changed. Only what would be kept is looked up among the dead: that is
    /// rare, and `row_of(place)` is at hand then.
    template <typename Score, typename RowOf>
    bool offer(Score score, Place place, const RowOf& row_of) {
        if ((parameters_.bounded && static_cast<float>(score) < parameters_.least_score) ||
            !top_.accepts(score, place) ||
            (parameters_.dead != nullptr && parameters_.dead->contains(row_of(place)))) {
            unchanged_ = has_threshold() ? unchanged_ + 1 : 0;
            return false;
        }
        const bool changed = top_.offer(score, place);
        unchanged_ = changed || !has_threshold() ? 0 : unchanged_ + 1;
        return changed;
    }
    /// One more document that changed nothing.
    void pass_over() { ++unchanged_; }

private:
    const WalkParameters& parameters_;
    VisitedPlaces& visited_;
    Top& top_;
    SearchCounters& counters_;
    uint32_t unchanged_ = 0;
};

}  // namespace temblor
