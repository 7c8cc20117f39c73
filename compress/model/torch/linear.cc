#include "compress/model/torch/linear.h"

#include <ATen/ops/gelu.h>
#include <ATen/ops/linear.h>
#include <fmt/format.h>

#include "compress/model/torch/torch_operators.h"

namespace temblor {
Linear Linear::load(WeightLoader& loader, std::string_view name, int64_t in, int64_t out,
                    bool bias) {
    at::Tensor weight = loader.load(fmt::format("{}.weight", name), {out, in});
    at::Tensor added = bias ? loader.load(fmt::format("{}.bias", name), {out}) : at::Tensor();
    return {std::move(weight), std::move(added)};
}

void Linear::prepack(int64_t rows) {
    packed_ = pack_weight(weight_, rows);
    if (packed_.defined()) weight_ = at::Tensor();
}

at::Tensor Linear::operator()(const at::Tensor& input) const {
    if (packed_.defined()) return packed_product(input, packed_, bias_, /*gelu=*/false);
    return at::linear(input, weight_, bias_);
}

at::Tensor Linear::with_gelu(const at::Tensor& input) const {
    if (packed_.defined()) return packed_product(input, packed_, bias_, /*gelu=*/true);
    return at::gelu(at::linear(input, weight_, bias_), "none");
}

}  // namespace temblor
