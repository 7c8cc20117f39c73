#pragma once

#include <cstdint>
#include <random>
#include <span>
#include <vector>

#include "compress/model/generation.h"

namespace temblor {

/// Chooses tokens by their scores: temperature, then top-k, then top-p, as transformers orders
/// them. The same seed and scores give the same tokens on every platform. Not thread-safe.
class Sampler {
public:
    explicit Sampler(const GenerationOptions& options);

    /// Of `logits`, not empty and finite; O(n) and a sort of what top-k leaves. Of equal scores
    /// the smallest id.
    uint32_t choose(std::span<const float> logits);

private:
    double temperature_;
    size_t top_k_;
    double top_p_;
    std::mt19937_64 random_;
    std::vector<uint32_t> order_;
    std::vector<double> weights_;
};

/// log(softmax(logits)[id]).
float log_probability(std::span<const float> logits, uint32_t id);

}  // namespace temblor
