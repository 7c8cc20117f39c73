#include "compress/model/torch/linear.h"

#include <algorithm>
#include <vector>

#include <ATen/TensorOperators.h>
#include <ATen/ops/abs.h>
#include <ATen/ops/amax.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/where.h>
#include <fmt/format.h>

#include "compress/model/torch/torch_operators.h"

namespace temblor {
namespace {

/// Outputs whose weights are made floats at once on a CPU.
constexpr int64_t kQuantizedTile = 2048;

/// [..., in] times a quantized weight. 8-bit integers are exact in every floating-point type.
at::Tensor multiply_quantized(const at::Tensor& input, const at::Tensor& weight,
                              const at::Tensor& scales) {
    const at::Tensor rows = input.reshape({-1, weight.size(1)});
    const int64_t outputs = weight.size(0);
    const int64_t tile = weight.device().is_cpu() ? kQuantizedTile : outputs;
    at::Tensor out = at::empty({rows.size(0), outputs}, input.options());
    for (int64_t begin = 0; begin < outputs; begin += tile) {
        const int64_t count = std::min(tile, outputs - begin);
        const at::Tensor floats = weight.narrow(0, begin, count).to(input.scalar_type());
        out.narrow(1, begin, count)
            .copy_(at::mm(rows, floats.t()).mul(scales.narrow(0, begin, count)));
    }
    std::vector<int64_t> shape = input.sizes().vec();
    shape.back() = outputs;
    return out.view(shape);
}

}  // namespace

Linear Linear::load(WeightLoader& loader, std::string_view name, int64_t in, int64_t out,
                    bool bias) {
    at::Tensor weight = loader.load(fmt::format("{}.weight", name), {out, in});
    at::Tensor added = bias ? loader.load(fmt::format("{}.bias", name), {out}) : at::Tensor();
    return {std::move(weight), std::move(added)};
}

Linear Linear::quantized() const {
    const at::Tensor floats = weight_.to(at::kFloat);
    const at::Tensor largest = floats.abs().amax(1);
    const at::Tensor scales = at::where(largest > 0, largest / 127, at::ones_like(largest));
    return {floats.div(scales.unsqueeze(1)).round_().to(at::kChar), bias_, scales};
}

void Linear::prepack(int64_t rows) {
    if (scales_.defined()) return;
    packed_ = pack_weight(weight_, rows);
    if (packed_.defined()) weight_ = at::Tensor();
}

at::Tensor Linear::operator()(const at::Tensor& input) const {
    if (packed_.defined()) return packed_product(input, packed_, bias_, /*gelu=*/false);
    if (!scales_.defined()) return at::linear(input, weight_, bias_);
    at::Tensor out = multiply_quantized(input, weight_, scales_);
    return bias_.defined() ? out.add_(bias_) : out;
}

at::Tensor Linear::with_gelu(const at::Tensor& input) const {
    if (packed_.defined()) return packed_product(input, packed_, bias_, /*gelu=*/true);
    return at::gelu((*this)(input), "none");
}

}  // namespace temblor
