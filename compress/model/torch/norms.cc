#include "compress/model/torch/norms.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/mean.h>
#include <ATen/ops/rsqrt.h>
#if TEMBLOR_TORCH_MAJOR >= 2
#include <ATen/ops/rms_norm.h>
#endif
#include <fmt/format.h>

namespace temblor {

LayerNorm LayerNorm::load(WeightLoader& loader, std::string_view name, int64_t size,
                          double epsilon) {
    LayerNorm norm;
    norm.weight_ = loader.load(fmt::format("{}.weight", name), {size});
    norm.bias_ = loader.load(fmt::format("{}.bias", name), {size});
    norm.epsilon_ = epsilon;
    return norm;
}

at::Tensor LayerNorm::operator()(const at::Tensor& input) const {
    return at::layer_norm(input, weight_.sizes(), weight_, bias_, epsilon_);
}

RmsNorm RmsNorm::load(WeightLoader& loader, std::string_view name, int64_t size, double epsilon) {
    RmsNorm norm;
    norm.weight_ = loader.load(fmt::format("{}.weight", name), {size});
    norm.epsilon_ = epsilon;
    return norm;
}

at::Tensor RmsNorm::operator()(const at::Tensor& input) const {
#if TEMBLOR_TORCH_MAJOR >= 2
    return at::rms_norm(input, weight_.sizes(), weight_, epsilon_);
#else
    const at::Tensor wide = input.to(at::kFloat);
    const at::Tensor mean = (wide * wide).mean(-1, /*keepdim=*/true);
    return weight_ * (wide * at::rsqrt(mean + epsilon_)).to(input.scalar_type());
#endif
}

}  // namespace temblor
