#include "compress/model/torch/rope_table.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/cos.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/sin.h>

#include "compress/model/files/rope_frequencies.h"

namespace temblor {

RopeTable::RopeTable(const ModelConfig& config, at::Device device)
    : config_(config), device_(device), usual_(make(1)) {}

RopeTable::Frequencies RopeTable::make(int64_t length) const {
    RopeFrequencies made = rope_frequencies(config_, length);
    const auto size = static_cast<int64_t>(made.frequencies.size());
    return {at::from_blob(made.frequencies.data(), {size}, at::kFloat)
                .to(device_, at::kFloat, /*non_blocking=*/false, /*copy=*/true),
            made.scale};
}

RopeAngles RopeTable::angles(const at::Tensor& positions, int64_t length) const {
    const Frequencies used = frequencies(length);
    const at::Tensor half = positions.to(at::kFloat).unsqueeze(1) * used.values.unsqueeze(0);
    const at::Tensor whole = at::cat({half, half}, 1);
    return {at::cos(whole) * used.scale, at::sin(whole) * used.scale};
}

RopeTable::Frequencies RopeTable::frequencies(int64_t length) const {
    return same_rope_frequencies(config_, 1, length) ? usual_ : make(length);
}

at::Tensor RopeTable::rotate(const at::Tensor& input, const RopeAngles& angles) {
    const int64_t rotated = angles.cosines.size(1);
    const int64_t half = rotated / 2;
    const at::Tensor turned = input.narrow(-1, 0, rotated).to(at::kFloat);
    const at::Tensor swapped =
        at::cat({-turned.narrow(-1, half, half), turned.narrow(-1, 0, half)}, -1);
    at::Tensor result = (turned * angles.cosines.unsqueeze(1) + swapped * angles.sines.unsqueeze(1))
                            .to(input.scalar_type());
    if (rotated == input.size(-1)) return result;
    return at::cat({result, input.narrow(-1, rotated, input.size(-1) - rotated)}, -1);
}

}  // namespace temblor
