#include "compress/model/torch/ragged_attention.h"

#include <cmath>
#include <limits>

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/softmax.h>

#include "compress/model/torch/device.h"
#include "compress/model/torch/torch_operators.h"

namespace temblor {
namespace {

/// Part `which` (queries, keys, values) of [texts * length, 3 * heads * size], as
/// [texts, heads, length, size], without a copy.
at::Tensor projected_part(const at::Tensor& projected, int64_t which, int64_t texts, int64_t length,
                          int64_t heads) {
    const int64_t width = projected.size(1) / 3;
    return projected.narrow(1, which * width, width)
        .view({texts, length, heads, width / heads})
        .transpose(1, 2);
}

}  // namespace

at::Tensor attend(const at::Tensor& queries, const at::Tensor& keys, const at::Tensor& values,
                  const at::Tensor& mask) {
    if (has_fused_attention()) {
        return fused_attention(queries, keys, values, mask, /*causal=*/false);
    }
    const double scale = 1 / std::sqrt(static_cast<double>(queries.size(-1)));
    at::Tensor scores = at::matmul(queries, keys.transpose(-2, -1)).to(at::kFloat) * scale;
    if (mask.defined()) {
        scores = scores.masked_fill(mask.logical_not(), -std::numeric_limits<float>::infinity());
    }
    return at::matmul(at::softmax(scores, -1).to(values.scalar_type()), values);
}

RaggedAttention::RaggedAttention(const RaggedBatch& batch, at::Device device)
    : RaggedAttention(batch, device, device.is_cpu() ? Way::kRuns : Way::kPadded) {}

RaggedAttention::RaggedAttention(const RaggedBatch& batch, at::Device device, Way way)
    : way_(way), texts_(static_cast<int64_t>(batch.lengths.size())), longest_(batch.longest) {
    for (size_t i = 0; i < batch.lengths.size(); ++i) {
        if (runs_.empty() || runs_.back().length != batch.lengths[i]) {
            runs_.push_back({batch.begins[i], 0, batch.lengths[i]});
        }
        ++runs_.back().texts;
    }
    if (way_ == Way::kRuns || runs_.size() == 1) {
        way_ = Way::kRuns;
        return;
    }
    std::vector<int64_t> gather(static_cast<size_t>(texts_ * longest_), 0);
    std::vector<int64_t> scatter;
    std::vector<int64_t> seen(gather.size(), 0);
    for (size_t i = 0; i < batch.lengths.size(); ++i) {
        for (int64_t j = 0; j < batch.lengths[i]; ++j) {
            const int64_t place = static_cast<int64_t>(i) * longest_ + j;
            gather[static_cast<size_t>(place)] = batch.begins[i] + j;
            seen[static_cast<size_t>(place)] = 1;
            scatter.push_back(place);
        }
    }
    gather_ = to_device(gather, device);
    scatter_ = to_device(scatter, device);
    mask_ = to_device(seen, device).view({texts_, 1, 1, longest_}).to(at::kBool);
}

at::Tensor RaggedAttention::operator()(const at::Tensor& projected, int64_t heads) const {
    return way_ == Way::kRuns ? attend_runs(projected, heads) : attend_padded(projected, heads);
}

at::Tensor RaggedAttention::attend_runs(const at::Tensor& projected, int64_t heads) const {
    const int64_t width = projected.size(1) / 3;
    at::Tensor result;
    if (runs_.size() > 1) result = at::empty({projected.size(0), width}, projected.options());
    for (const Run& run : runs_) {
        const int64_t rows = run.texts * run.length;
        const at::Tensor part = projected.narrow(0, run.begin, rows);
        at::Tensor attended =
            attend(projected_part(part, 0, run.texts, run.length, heads),
                   projected_part(part, 1, run.texts, run.length, heads),
                   projected_part(part, 2, run.texts, run.length, heads), at::Tensor())
                .transpose(1, 2)
                .reshape({rows, width});
        if (runs_.size() == 1) return attended;
        result.narrow(0, run.begin, rows).copy_(attended);
    }
    return result;
}

at::Tensor RaggedAttention::attend_padded(const at::Tensor& projected, int64_t heads) const {
    const int64_t width = projected.size(1) / 3;
    const at::Tensor padded = at::index_select(projected, 0, gather_);
    const at::Tensor attended = attend(projected_part(padded, 0, texts_, longest_, heads),
                                       projected_part(padded, 1, texts_, longest_, heads),
                                       projected_part(padded, 2, texts_, longest_, heads), mask_)
                                    .transpose(1, 2)
                                    .reshape({texts_ * longest_, width});
    return at::index_select(attended, 0, scatter_);
}

}  // namespace temblor
