#pragma once

#include <string_view>

#include <ATen/core/Tensor.h>

#include "compress/model/torch/weight_loader.h"

namespace temblor {

/// x W^T + b: [..., in] to [..., out].
class Linear {
public:
    Linear() = default;
    /// `weight` [out, in]; `bias` [out], or undefined for none.
    Linear(at::Tensor weight, at::Tensor bias)
        : weight_(std::move(weight)), bias_(std::move(bias)) {}
    /// The same of a weight whose rows are to be multiplied with float32 `scales` [out].
    Linear(at::Tensor weight, at::Tensor bias, at::Tensor scales)
        : weight_(std::move(weight)), bias_(std::move(bias)), scales_(std::move(scales)) {}

    /// `name`.weight and, with `bias`, `name`.bias. Errors are left in `loader`.
    static Linear load(WeightLoader& loader, std::string_view name, int64_t in, int64_t out,
                       bool bias);

    /// Lays the weight out for products of about `rows` rows, where oneDNN multiplies (the CPU of
    /// libtorch 2, not what is quantized); elsewhere nothing happens. The weight as it was is let
    /// go.
    void prepack(int64_t rows);

    [[nodiscard]] at::Tensor operator()(const at::Tensor& input) const;
    /// The same with the weight as int8 and a scale a row: its largest magnitude is 127 of them.
    [[nodiscard]] Linear quantized() const;

    /// The same, then GELU (erf), in one pass where the weight is prepacked.
    [[nodiscard]] at::Tensor with_gelu(const at::Tensor& input) const;

    /// Undefined once prepacked.
    [[nodiscard]] const at::Tensor& weight() const { return weight_; }
    [[nodiscard]] const at::Tensor& bias() const { return bias_; }
    /// Undefined unless quantized.
    [[nodiscard]] const at::Tensor& scales() const { return scales_; }

private:
    at::Tensor weight_;
    at::Tensor bias_;
    at::Tensor scales_;
    at::Tensor packed_;
};

}  // namespace temblor
