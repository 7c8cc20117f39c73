#pragma once

#include <array>
#include <cmath>
#include <cstdint>

#include "query/block_scores.h"
#include "query/top_candidates.h"
#include "query/walk_state.h"

namespace temblor {

/// Scores the documents of a block one by one by their records, each once, reading through two
/// rings of prefetches: the heavy first tiers of eight records in flight, then the rests of four.
/// Drops nothing before k documents are found.
///
/// `Documents` has Score, unit(), row(place), prefetch_first(place), first(place, more), which
/// scores the first tier and says whether there is more, prefetch_rest(place) and rest(place).
template <typename Documents>
class RecordReader {
public:
    using Score = typename Documents::Score;
    using State = WalkState<TopCandidates<Score>>;

    /// A document is dropped when its first tier holds `share_deviations` standard deviations less
    /// of θ than the first tiers of the best documents held of their scores.
    RecordReader(const BlockScores& blocks, Documents& documents, State& state, float heap_factor,
                 float share_deviations)
        : blocks_(blocks),
          documents_(documents),
          state_(state),
          heap_factor_(heap_factor),
          share_deviations_(share_deviations) {}

    [[nodiscard]] State& state() { return state_; }
    [[nodiscard]] float block_threshold() const {
        return heap_factor_ * state_.threshold() * documents_.unit();
    }

    void open(const ScoredBlock& block) {
        const std::span<const Place> postings = blocks_.postings(block);
        state_.counters().bytes_touched += postings.size_bytes();
        for (const Place place : postings) {
            if (!state_.in_range(place) || !state_.is_new(place) || !state_.is_allowed(place))
                continue;
            if (first_size_ == kFirstRing) pop_first();
            documents_.prefetch_first(place);
            first_[(first_head_ + first_size_++) % kFirstRing] = place;
        }
    }
    void finish() {
        while (first_size_ > 0) pop_first();
        while (rest_size_ > 0) pop_rest();
    }

private:
    static constexpr uint32_t kFirstRing = 8;
    static constexpr uint32_t kRestRing = 4;

    void pop_first() {
        const Place place = first_[first_head_];
        first_head_ = (first_head_ + 1) % kFirstRing;
        --first_size_;
        ++state_.counters().documents_scored;
        bool more = false;
        const Score score = documents_.first(place, more);
        if (!more) {
            offer(score, place);
            return;
        }
        if (state_.has_threshold() &&
            static_cast<float>(score) < least_share_ * state_.threshold()) {
            state_.pass_over();
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

    bool offer(Score score, Place place) {
        return state_.offer(score, place, [this](Place p) { return documents_.row(p); });
    }

    /// Of the documents that entered the best k, how much of the score the first tier held: mean
    /// less `share_deviations` standard deviations is what a first tier must reach of θ.
    void learn_share(float share) {
        shares_ += 1;
        const float delta = share - mean_share_;
        mean_share_ += delta / shares_;
        squares_ += delta * (share - mean_share_);
        if (shares_ >= 8)
            least_share_ = mean_share_ - share_deviations_ * std::sqrt(squares_ / shares_);
    }

    struct Partial {
        Score score;
        Place place;
    };
    const BlockScores& blocks_;
    Documents& documents_;
    State& state_;
    float heap_factor_;
    float share_deviations_;
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
