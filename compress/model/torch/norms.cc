#include "compress/model/torch/norms.h"

#include <ATen/ops/layer_norm.h>
#include <fmt/format.h>

#include "compress/model/torch/torch_operators.h"

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
    return rms_norm(input, weight_, epsilon_);
}

}  // namespace temblor
