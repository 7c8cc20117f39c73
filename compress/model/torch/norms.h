#pragma once

#include <string_view>

#include <ATen/core/Tensor.h>

#include "compress/model/torch/weight_loader.h"

namespace temblor {

/// Over the last dimension: to mean 0 and variance 1, then times a weight plus a bias.
class LayerNorm {
public:
    LayerNorm() = default;
    static LayerNorm load(WeightLoader& loader, std::string_view name, int64_t size,
                          double epsilon);
    [[nodiscard]] at::Tensor operator()(const at::Tensor& input) const;

private:
    at::Tensor weight_;
    at::Tensor bias_;
    double epsilon_ = 0;
};

/// Over the last dimension: divided by the root mean square, which is taken in float32, then times
/// a weight (Zhang & Sennrich 2019).
class RmsNorm {
public:
    RmsNorm() = default;
    RmsNorm(at::Tensor weight, double epsilon) : weight_(std::move(weight)), epsilon_(epsilon) {}
    static RmsNorm load(WeightLoader& loader, std::string_view name, int64_t size, double epsilon);
    [[nodiscard]] at::Tensor operator()(const at::Tensor& input) const;

    [[nodiscard]] const at::Tensor& weight() const { return weight_; }
    [[nodiscard]] double epsilon() const { return epsilon_; }

private:
    at::Tensor weight_;
    double epsilon_ = 0;
};

}  // namespace temblor
