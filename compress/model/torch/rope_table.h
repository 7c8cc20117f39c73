#pragma once

#include <ATen/core/Tensor.h>

#include "compress/model/files/model_config.h"

namespace temblor {

/// Cosines and sines of positions, [n, rotated] float32: the second half repeats the first, as
/// Hugging Face's layout wants it.
struct RopeAngles {
    at::Tensor cosines;
    at::Tensor sines;
};

/// Rotary position embedding (Su et al. 2021) in the layout of Hugging Face, where value i of a
/// head is turned with value i + rotated / 2. Immutable once made; thread-safe.
class RopeTable {
public:
    struct Frequencies {
        at::Tensor values;  ///< [rotated / 2] float32, on the table's device
        double scale = 1;   ///< of cosines and sines
    };

    RopeTable() = default;
    /// `config` of a decoder.
    RopeTable(const ModelConfig& config, at::Device device);

    /// Of int64 `positions` [n] on the table's device, of a text of `length` tokens.
    [[nodiscard]] RopeAngles angles(const at::Tensor& positions, int64_t length) const;

    /// Of a text of `length` tokens.
    [[nodiscard]] Frequencies frequencies(int64_t length) const;

    /// Turns the first `rotated` values of each head of `input` [n, heads, head size]; the others
    /// pass. Computed in float32, returned in the input's type.
    static at::Tensor rotate(const at::Tensor& input, const RopeAngles& angles);

private:
    [[nodiscard]] Frequencies make(int64_t length) const;

    ModelConfig config_;
    at::Device device_ = at::kCPU;
    Frequencies usual_;  ///< of a text of one token
};

}  // namespace temblor
