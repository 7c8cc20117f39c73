#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "index/dead_rows.h"
#include "query/block_scores.h"
#include "query/search_parameters.h"
#include "query/top_candidates.h"

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
    /// θ is this, in the unit of document scores, while fewer than k documents score more.
    float least_score = 0;
    float heap_factor = 0;
    uint32_t patience = 0;
    float share_deviations =
        0;  ///< how far below the mean share of its first tier a document may fall
    const uint64_t* allowed = nullptr;  ///< bit per place >> place_shift; null: all
    const DeadRows* dead = nullptr;     ///< rows that are never kept; null: none
    uint32_t place_shift = 0;
    Place place_limit = 0;
};

/// Opens blocks best first and scores every document once, reading through two rings of prefetches:
/// the heavy first tiers of eight records in flight, then the rests of four. Stops at blocks under
/// heap_factor * θ, or when `patience` documents in a row changed nothing in the best k. Skips and
/// drops nothing before k documents are found.
///
/// `Blocks` has ordered(), postings(block), prefetch(block); block scores are in the unit of
/// Documents::unit(). `Documents` has Score, row(place), prefetch_first(place), first(place, more),
/// which scores the first tier and says whether there is more, prefetch_rest(place) and
/// rest(place).
template <typename Blocks, typename Documents>
class BlockWalk {
public:
    using Score = typename Documents::Score;

    BlockWalk(const Blocks& blocks, Documents& documents, const WalkParameters& parameters,
              VisitedPlaces& visited, TopCandidates<Score>& top, SearchCounters& counters)
        : blocks_(blocks),
          documents_(documents),
          parameters_(parameters),
          visited_(visited),
          top_(top),
          counters_(counters) {}

    void run() {
        const auto& ordered = blocks_.ordered();
        constexpr size_t kAhead = 4;
        for (size_t i = 0; i < std::min(kAhead, ordered.size()); ++i) blocks_.prefetch(ordered[i]);
        size_t next = 0;
        for (; next < ordered.size() && !out_of_patience(); ++next) {
            if (next + kAhead < ordered.size()) blocks_.prefetch(ordered[next + kAhead]);
            if (has_threshold() && ordered[next].score < block_threshold()) {
                // Within 1/256 of the best score the order is loose: later blocks may be a little
                // better.
                if (ordered[next].score * (1 + 1.0F / 64) < block_threshold()) break;
                ++counters_.blocks_skipped;
                continue;
            }
            ++counters_.blocks_visited;
            open(blocks_.postings(ordered[next]));
        }
        counters_.blocks_skipped += ordered.size() - next;
        while (first_size_ > 0) pop_first();
        while (rest_size_ > 0) pop_rest();
    }

private:
    static constexpr uint32_t kFirstRing = 8;
    static constexpr uint32_t kRestRing = 4;

    [[nodiscard]] bool has_threshold() const { return top_.full() || parameters_.least_score > 0; }
    [[nodiscard]] float threshold() const {
        const float found = top_.full() ? static_cast<float>(top_.threshold()) : 0;
        return std::max(found, parameters_.least_score);
    }
    [[nodiscard]] float block_threshold() const {
        return parameters_.heap_factor * threshold() * documents_.unit();
    }
    [[nodiscard]] bool out_of_patience() const {
        return parameters_.patience > 0 && unchanged_ >= parameters_.patience;
    }

    void open(std::span<const Place> postings) {
        counters_.bytes_touched += postings.size_bytes();
        for (const Place place : postings) {
            if (place >= parameters_.place_limit) continue;  // a damaged file
            if (!visited_.insert(place)) continue;
            if (parameters_.allowed != nullptr) {
                const uint64_t bit = uint64_t{place} >> parameters_.place_shift;
                if ((parameters_.allowed[bit / 64] >> (bit % 64) & 1) == 0) continue;
            }
            if (first_size_ == kFirstRing) pop_first();
            documents_.prefetch_first(place);
            first_[(first_head_ + first_size_++) % kFirstRing] = place;
        }
    }

    void pop_first() {
        const Place place = first_[first_head_];
        first_head_ = (first_head_ + 1) % kFirstRing;
        --first_size_;
        ++counters_.documents_scored;
        bool more = false;
        const Score score = documents_.first(place, more);
        if (!more) {
            offer(score, place);
            return;
        }
        if (has_threshold() && static_cast<float>(score) < least_share_ * threshold()) {
            ++unchanged_;
            return;
        }
        if (rest_size_ == kRestRing) pop_rest();
        documents_.prefetch_rest(place);
        rest_[(rest_head_ + rest_size_++) % kRestRing] = {score, place};
    }

    void pop_rest() {
        const auto [score, place] = rest_[rest_head_];
        rest_head_ = (rest_head_ + 1) % kRestRing;
        --rest_size_;
        const Score whole = score + documents_.rest(place);
        if (offer(whole, place)) learn_share(static_cast<float>(score) / static_cast<float>(whole));
    }

    /// Only what would be kept is looked up among the dead: that is rare, and its record is at
    /// hand.
    bool offer(Score score, Place place) {
        if (static_cast<float>(score) < parameters_.least_score || !top_.accepts(score, place) ||
            is_dead(place)) {
            unchanged_ = has_threshold() ? unchanged_ + 1 : 0;
            return false;
        }
        const bool changed = top_.offer(score, place);
        unchanged_ = changed || !has_threshold() ? 0 : unchanged_ + 1;
        return changed;
    }

    [[nodiscard]] bool is_dead(Place place) const {
        return parameters_.dead != nullptr && parameters_.dead->contains(documents_.row(place));
    }

    /// Of the documents that entered the best k, how much of the score the first tier held: mean
    /// less `share_deviations` standard deviations is what a first tier must reach of θ.
    void learn_share(float share) {
        shares_ += 1;
        const float delta = share - mean_share_;
        mean_share_ += delta / shares_;
        squares_ += delta * (share - mean_share_);
        if (shares_ >= 8) {
            least_share_ =
                mean_share_ - parameters_.share_deviations * std::sqrt(squares_ / shares_);
        }
    }

    struct Partial {
        Score score;
        Place place;
    };
    const Blocks& blocks_;
    Documents& documents_;
    const WalkParameters& parameters_;
    VisitedPlaces& visited_;
    TopCandidates<Score>& top_;
    SearchCounters& counters_;
    uint32_t unchanged_ = 0;
    float shares_ = 0;
    float mean_share_ = 0;
    float squares_ = 0;
    float least_share_ = 0;
    std::array<Place, kFirstRing> first_{};
    uint32_t first_head_ = 0;
    uint32_t first_size_ = 0;
    std::array<Partial, kRestRing> rest_{};
    uint32_t rest_head_ = 0;
    uint32_t rest_size_ = 0;
};

}  // namespace temblor
