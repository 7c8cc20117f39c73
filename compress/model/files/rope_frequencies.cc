#include "compress/model/files/rope_frequencies.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace temblor {
namespace {

/// The length after which the stretched frequencies of Phi-3 hold.
int64_t short_length(const ModelConfig& config) {
    return config.rope.original_length > 0 ? config.rope.original_length : config.positions;
}

double dynamic_base(const ModelConfig& config, int64_t length) {
    const double size = static_cast<double>(config.rotated);
    if (size <= 2) return config.rope_theta;
    const double positions = static_cast<double>(config.positions);
    const double longest = std::max(static_cast<double>(length), positions);
    const double stretch = config.rope.factor * longest / positions - (config.rope.factor - 1);
    return config.rope_theta * std::pow(stretch, size / (size - 2));
}

double llama3_frequency(const RopeScaling& rope, double frequency) {
    const double length = static_cast<double>(rope.original_length);
    const double wave = 2 * std::numbers::pi / frequency;
    if (wave < length / rope.high_frequency_factor) return frequency;
    if (wave > length / rope.low_frequency_factor) return frequency / rope.factor;
    const double smooth = (length / wave - rope.low_frequency_factor) /
                          (rope.high_frequency_factor - rope.low_frequency_factor);
    return (1 - smooth) * frequency / rope.factor + smooth * frequency;
}

double yarn_magnitude(double scale, double weight) {
    return scale <= 1 ? 1.0 : 0.1 * weight * std::log(scale) + 1.0;
}

void apply_yarn(const ModelConfig& config, std::vector<double>& frequencies, double& scale) {
    const RopeScaling& rope = config.rope;
    const double size = static_cast<double>(config.rotated);
    const double length =
        static_cast<double>(rope.original_length > 0 ? rope.original_length : config.positions);
    const auto turning = [&](double rotations) {
        return size * std::log(length / (rotations * 2 * std::numbers::pi)) /
               (2 * std::log(config.rope_theta));
    };
    double low = turning(rope.beta_fast);
    double high = turning(rope.beta_slow);
    if (rope.truncate) {
        low = std::floor(low);
        high = std::ceil(high);
    }
    low = std::max(low, 0.0);
    high = std::min(high, size - 1);
    if (low == high) high += 0.001;
    for (size_t i = 0; i < frequencies.size(); ++i) {
        const double ramp = std::clamp((static_cast<double>(i) - low) / (high - low), 0.0, 1.0);
        frequencies[i] = frequencies[i] / rope.factor * ramp + frequencies[i] * (1 - ramp);
    }
    if (rope.attention_factor > 0) {
        scale = rope.attention_factor;
    } else if (rope.mscale > 0 && rope.mscale_all_dim > 0) {
        scale = yarn_magnitude(rope.factor, rope.mscale) /
                yarn_magnitude(rope.factor, rope.mscale_all_dim);
    } else {
        scale = yarn_magnitude(rope.factor, 1);
    }
}

void apply_long(const ModelConfig& config, int64_t length, std::vector<double>& frequencies,
                double& scale) {
    const RopeScaling& rope = config.rope;
    const double original = static_cast<double>(short_length(config));
    const auto& factors = length > short_length(config) ? rope.long_factors : rope.short_factors;
    for (size_t i = 0; i < frequencies.size(); ++i) frequencies[i] /= factors[i];
    const double factor =
        rope.factor > 0 ? rope.factor : static_cast<double>(config.positions) / original;
    if (rope.attention_factor > 0) {
        scale = rope.attention_factor;
    } else if (factor > 1) {
        scale = std::sqrt(1 + std::log(factor) / std::log(original));
    }
}

}  // namespace

RopeFrequencies rope_frequencies(const ModelConfig& config, int64_t length) {
    const double base =
        config.rope.kind == RopeKind::kDynamic ? dynamic_base(config, length) : config.rope_theta;
    std::vector<double> frequencies(static_cast<size_t>(config.rotated / 2));
    for (size_t i = 0; i < frequencies.size(); ++i) {
        const double share = 2 * static_cast<double>(i) / static_cast<double>(config.rotated);
        frequencies[i] = 1 / std::pow(base, share);
    }
    RopeFrequencies result;
    switch (config.rope.kind) {
        case RopeKind::kPlain:
        case RopeKind::kDynamic:
            break;
        case RopeKind::kLinear:
            for (double& frequency : frequencies) frequency /= config.rope.factor;
            break;
        case RopeKind::kLlama3:
            for (double& frequency : frequencies) {
                frequency = llama3_frequency(config.rope, frequency);
            }
            break;
        case RopeKind::kYarn:
            apply_yarn(config, frequencies, result.scale);
            break;
        case RopeKind::kLong:
            apply_long(config, length, frequencies, result.scale);
            break;
    }
    result.frequencies.assign(frequencies.size(), 0);
    for (size_t i = 0; i < frequencies.size(); ++i) {
        result.frequencies[i] = static_cast<float>(frequencies[i]);
    }
    return result;
}

bool same_rope_frequencies(const ModelConfig& config, int64_t a, int64_t b) {
    if (config.rope.kind == RopeKind::kLong) {
        return (a > short_length(config)) == (b > short_length(config));
    }
    if (config.rope.kind == RopeKind::kDynamic) {
        return std::max(a, config.positions) == std::max(b, config.positions);
    }
    return true;
}

}  // namespace temblor
