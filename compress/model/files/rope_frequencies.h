#pragma once

#include <cstdint>
#include <vector>

#include "compress/model/files/model_config.h"

namespace temblor {

/// The angles by which rotary embedding turns: pair i of a head at position p by p *
/// frequencies[i]; cosines and sines are then multiplied by `scale` (1 but for YaRN and Phi-3's
/// long context).
struct RopeFrequencies {
    std::vector<float> frequencies;  ///< config.rotated / 2
    double scale = 1;
};

/// For a text of `length` tokens, which matters to RopeKind::kDynamic and kLong alone. As in
/// transformers' modeling_rope_utils.py. O(head size).
RopeFrequencies rope_frequencies(const ModelConfig& config, int64_t length);

/// Whether lengths `a` and `b` have the same frequencies.
bool same_rope_frequencies(const ModelConfig& config, int64_t a, int64_t b);

}  // namespace temblor
