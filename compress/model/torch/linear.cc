#include "compress/model/torch/linear.h"

#include <optional>

#include <ATen/Context.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/linear.h>
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

}  // namespace

Linear Linear::load(WeightLoader& loader, std::string_view name, int64_t in, int64_t out,
                    bool bias) {
    at::Tensor weight = loader.load(fmt::format("{}.weight", name), {out, in});
    at::Tensor added = bias ? loader.load(fmt::format("{}.bias", name), {out}) : at::Tensor();
    return {std::move(weight), std::move(added)};
}

void Linear::prepack(int64_t rows) {
#if TEMBLOR_TORCH_MAJOR >= 2
    if (!weight_.device().is_cpu() || !at::hasMKLDNN()) return;
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
    return at::linear(input, weight_, bias_);
}

at::Tensor Linear::with_gelu(const at::Tensor& input) const {
#if TEMBLOR_TORCH_MAJOR >= 2
    if (packed_.defined()) return multiply_packed(input, packed_, bias_, "gelu");
#endif
    return at::gelu(at::linear(input, weight_, bias_), "none");
}

}  // namespace temblor
