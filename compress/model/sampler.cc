#include "compress/model/sampler.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace temblor {

Sampler::Sampler(const GenerationOptions& options)
    : temperature_(options.temperature),
      top_k_(static_cast<size_t>(options.top_k)),
      top_p_(options.top_p),
      random_(options.seed) {}

uint32_t Sampler::choose(std::span<const float> logits) {
    if (temperature_ <= 0) {
        return static_cast<uint32_t>(std::ranges::max_element(logits) - logits.begin());
    }
    order_.resize(logits.size());
    std::iota(order_.begin(), order_.end(), 0U);
    const auto before = [&](uint32_t a, uint32_t b) {
        return logits[a] > logits[b] || (logits[a] == logits[b] && a < b);
    };
    const bool cut = top_k_ > 0 && top_k_ < order_.size();
    if (cut) {
        std::nth_element(order_.begin(), order_.begin() + static_cast<std::ptrdiff_t>(top_k_) - 1,
                         order_.end(), before);
        order_.resize(top_k_);
    }
    std::ranges::sort(order_, before);
    const double best = logits[order_.front()];
    weights_.resize(order_.size());
    double sum = 0;
    for (size_t i = 0; i < order_.size(); ++i) {
        weights_[i] = std::exp((logits[order_[i]] - best) / temperature_);
        sum += weights_[i];
    }
    if (top_p_ < 1) {
        double kept = 0;
        size_t count = 0;
        while (count < weights_.size() && (count == 0 || kept < top_p_ * sum)) {
            kept += weights_[count++];
        }
        order_.resize(count);
        sum = kept;
    }
    // 53 random bits: std::uniform_real_distribution differs between standard libraries.
    double left = static_cast<double>(random_() >> 11) * 0x1p-53 * sum;
    for (size_t i = 0; i + 1 < order_.size(); ++i) {
        left -= weights_[i];
        if (left < 0) return order_[i];
    }
    return order_.back();
}

float log_probability(std::span<const float> logits, uint32_t id) {
    const double best = *std::ranges::max_element(logits);
    double sum = 0;
    for (const float logit : logits) sum += std::exp(static_cast<double>(logit) - best);
    return static_cast<float>(static_cast<double>(logits[id]) - best - std::log(sum));
}

}  // namespace temblor
