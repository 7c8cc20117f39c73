#include "compress/model/torch/linear.h"

#include <algorithm>
#include <optional>
#include <vector>

#include <ATen/Context.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/ops/abs.h>
#include <ATen/ops/amax.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/where.h>
#include <fmt/format.h>

namespace temblor {
namespace {

#if TEMBLOR_TORCH_MAJOR >= 2
using Reorder = at::Tensor(const at::Tensor&, std::optional<int64_t>);
using Pointwise = at::Tensor(const at::Tensor&, const at::Tensor&, const std::optional<at::Tensor>&,
                             std::string_view, c10::List<std::optional<at::Scalar>>,
                             std::optional<std::string_view>);

/// The schema of an operator without a header, with its argument count; nothing in a libtorch that
/// has another.
std::optional<c10::OperatorHandle> find_operator(const char* name, size_t arguments) {
    auto found = c10::Dispatcher::singleton().findSchema({name, ""});
    if (found.has_value() && found->schema().arguments().size() != arguments) return std::nullopt;
    return found;
}

at::Tensor multiply_packed(const at::Tensor& input, const at::Tensor& packed,
                           const at::Tensor& bias, std::string_view post) {
    static const auto pointwise = find_operator("mkldnn::_linear_pointwise", 6)->typed<Pointwise>();
    return pointwise.call(input, packed,
                          bias.defined() ? std::optional<at::Tensor>(bias) : std::nullopt, post,
                          c10::List<std::optional<at::Scalar>>(),
                          post == "gelu" ? std::optional<std::string_view>("none") : std::nullopt);
}
#endif

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
#if TEMBLOR_TORCH_MAJOR >= 2
    if (scales_.defined() || !weight_.device().is_cpu() || !at::hasMKLDNN()) return;
    const auto reorder = find_operator("mkldnn::_reorder_linear_weight", 2);
    if (!reorder.has_value() || !find_operator("mkldnn::_linear_pointwise", 6).has_value()) return;
    packed_ = reorder->typed<Reorder>().call(weight_, rows);
    weight_ = at::Tensor();
#else
    (void)rows;
#endif
}

at::Tensor Linear::operator()(const at::Tensor& input) const {
#if TEMBLOR_TORCH_MAJOR >= 2
    if (packed_.defined()) return multiply_packed(input, packed_, bias_, "none");
#endif
    if (!scales_.defined()) return at::linear(input, weight_, bias_);
    at::Tensor out = multiply_quantized(input, weight_, scales_);
    return bias_.defined() ? out.add_(bias_) : out;
}

at::Tensor Linear::with_gelu(const at::Tensor& input) const {
#if TEMBLOR_TORCH_MAJOR >= 2
    if (packed_.defined()) return multiply_packed(input, packed_, bias_, "gelu");
#endif
    return at::gelu((*this)(input), "none");
}

}  // namespace temblor
