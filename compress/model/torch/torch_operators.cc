#include "compress/model/torch/torch_operators.h"

#include <c10/util/Exception.h>
#include <torch/csrc/api/include/torch/version.h>

#if TORCH_VERSION_MAJOR >= 2
#include <optional>
#include <string_view>
#include <tuple>

#include <ATen/Context.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/ops/_flash_attention_forward.h>
#include <ATen/ops/rms_norm.h>
#include <ATen/ops/scaled_dot_product_attention.h>
#else
#include <ATen/TensorOperators.h>
#include <ATen/ops/mean.h>
#include <ATen/ops/rsqrt.h>
#endif

namespace temblor {

const char* torch_version() { return TORCH_VERSION; }

#if TORCH_VERSION_MAJOR >= 2

namespace {

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

}  // namespace

bool cpu_multiplies(at::ScalarType) { return true; }

at::Tensor rms_norm(const at::Tensor& input, const at::Tensor& weight, double epsilon) {
    return at::rms_norm(input, weight.sizes(), weight, epsilon);
}

bool has_fused_attention() { return true; }

at::Tensor fused_attention(const at::Tensor& queries, const at::Tensor& keys,
                           const at::Tensor& values, const at::Tensor& mask, bool causal) {
    std::optional<at::Tensor> given;
    if (mask.defined()) given = mask;
    return at::scaled_dot_product_attention(queries, keys, values, given, /*dropout_p=*/0.0, causal,
                                            std::nullopt,
                                            /*enable_gqa=*/queries.size(-3) != keys.size(-3));
}

at::Tensor flash_attention(const at::Tensor& queries, const at::Tensor& keys,
                           const at::Tensor& values, int64_t window) {
    // Causality is aligned at the last row of both, which is what a chunk after a past needs.
    std::optional<int64_t> left;
    std::optional<int64_t> right;
    if (window > 0) {
        left = window - 1;
        right = 0;
    }
    return std::get<0>(at::_flash_attention_forward(
        queries, keys, values, std::nullopt, std::nullopt, queries.size(1), keys.size(1),
        /*dropout_p=*/0.0, /*is_causal=*/window == 0, /*return_debug_mask=*/false, std::nullopt,
        left, right));
}

at::Tensor pack_weight(const at::Tensor& weight, int64_t rows) {
    if (!weight.device().is_cpu() || !at::hasMKLDNN()) return {};
    const auto reorder = find_operator("mkldnn::_reorder_linear_weight", 2);
    if (!reorder.has_value() || !find_operator("mkldnn::_linear_pointwise", 6).has_value()) {
        return {};
    }
    return reorder->typed<Reorder>().call(weight, rows);
}

at::Tensor packed_product(const at::Tensor& input, const at::Tensor& packed, const at::Tensor& bias,
                          bool gelu) {
    static const auto pointwise = find_operator("mkldnn::_linear_pointwise", 6)->typed<Pointwise>();
    return pointwise.call(input, packed,
                          bias.defined() ? std::optional<at::Tensor>(bias) : std::nullopt,
                          gelu ? "gelu" : "none", c10::List<std::optional<at::Scalar>>(),
                          gelu ? std::optional<std::string_view>("none") : std::nullopt);
}

#else

bool cpu_multiplies(at::ScalarType type) { return type != at::kHalf; }

at::Tensor rms_norm(const at::Tensor& input, const at::Tensor& weight, double epsilon) {
    const at::Tensor wide = input.to(at::kFloat);
    const at::Tensor mean = (wide * wide).mean(-1, /*keepdim=*/true);
    return weight * (wide * at::rsqrt(mean + epsilon)).to(input.scalar_type());
}

bool has_fused_attention() { return false; }

at::Tensor fused_attention(const at::Tensor&, const at::Tensor&, const at::Tensor&,
                           const at::Tensor&, bool) {
    TORCH_CHECK(false, "fused attention needs libtorch 2, this is ", TORCH_VERSION);
}

at::Tensor flash_attention(const at::Tensor&, const at::Tensor&, const at::Tensor&, int64_t) {
    TORCH_CHECK(false, "flash attention needs libtorch 2, this is ", TORCH_VERSION);
}

at::Tensor pack_weight(const at::Tensor&, int64_t) { return {}; }

at::Tensor packed_product(const at::Tensor&, const at::Tensor&, const at::Tensor&, bool) {
    TORCH_CHECK(false, "packed products need libtorch 2, this is ", TORCH_VERSION);
}

#endif

}  // namespace temblor
