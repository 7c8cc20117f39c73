#include "query/collection/fusion.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "query/collection/staged_search.h"

namespace temblor {
namespace {

constexpr double kDeviations = 3;

/// Sums scores by point.
class Sums {
public:
    void add(const CollectionHit& hit, double score) {
        const auto [at, is_new] = places_.try_emplace(hit.ordinal, hits_.size());
        if (is_new) {
            hits_.push_back(hit);
            sums_.push_back(score);
        } else {
            sums_[at->second] += score;
        }
    }
    std::vector<CollectionHit> ranked() && {
        for (size_t i = 0; i < hits_.size(); ++i) hits_[i].score = static_cast<float>(sums_[i]);
        std::sort(hits_.begin(), hits_.end(), [](const CollectionHit& a, const CollectionHit& b) {
            return a.score != b.score ? a.score > b.score : a.ordinal < b.ordinal;
        });
        return std::move(hits_);
    }

private:
    std::unordered_map<uint64_t, size_t> places_;
    std::vector<CollectionHit> hits_;
    std::vector<double> sums_;
};

}  // namespace

Status validate(const ReciprocalRankFusion& fusion, size_t lists) {
    if (!(fusion.k >= 1)) return Status::invalid_argument("rrf.k: expected 1 or more");
    if (fusion.weights.empty()) return Status::ok();
    if (fusion.weights.size() != lists) {
        return Status::invalid_argument("rrf.weights: expected as many as prefetches (" +
                                        std::to_string(lists) + "), got " +
                                        std::to_string(fusion.weights.size()));
    }
    for (const float weight : fusion.weights) {
        if (!(weight > 0)) return Status::invalid_argument("rrf.weights: expected over 0");
    }
    return Status::ok();
}

std::vector<CollectionHit> fuse_by_rank(std::span<const std::vector<CollectionHit>> lists,
                                        const ReciprocalRankFusion& fusion) {
    Sums sums;
    for (size_t l = 0; l < lists.size(); ++l) {
        const double weight = fusion.weights.empty() ? 1.0 : static_cast<double>(fusion.weights[l]);
        for (size_t rank = 0; rank < lists[l].size(); ++rank) {
            const double place = static_cast<double>(rank + 1) / weight;
            sums.add(lists[l][rank], 1.0 / (place + static_cast<double>(fusion.k) - 1.0));
        }
    }
    return std::move(sums).ranked();
}

std::vector<CollectionHit> fuse_by_distribution(std::span<const std::vector<CollectionHit>> lists) {
    Sums sums;
    for (const auto& list : lists) {
        double mean = 0;
        for (const CollectionHit& hit : list) mean += static_cast<double>(hit.score);
        const auto count = static_cast<double>(list.size());
        mean /= std::max(count, 1.0);
        double squares = 0;
        for (const CollectionHit& hit : list) {
            const double off = static_cast<double>(hit.score) - mean;
            squares += off * off;
        }
        const double deviation = list.size() > 1 ? std::sqrt(squares / (count - 1)) : 0.0;
        const double low = mean - kDeviations * deviation;
        const double width = 2 * kDeviations * deviation;
        for (const CollectionHit& hit : list) {
            sums.add(hit, width > 0 ? (static_cast<double>(hit.score) - low) / width : 0.5);
        }
    }
    return std::move(sums).ranked();
}

}  // namespace temblor
