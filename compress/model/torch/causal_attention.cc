#include "compress/model/torch/causal_attention.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/softmax.h>

#include "compress/model/torch/torch_operators.h"

namespace temblor {
namespace {

/// Scores held at once by attend_plain().
constexpr int64_t kMostScores = int64_t{1} << 26;

bool goes_up_by_one(std::span<const int64_t> positions) {
    return std::ranges::adjacent_find(positions, [](int64_t a, int64_t b) { return b != a + 1; }) ==
           positions.end();
}

bool flash_takes(const at::Tensor& queries) {
    const bool half = queries.scalar_type() == at::kBFloat16 || queries.scalar_type() == at::kHalf;
    return has_fused_attention() && queries.is_cuda() && half && queries.size(-1) % 8 == 0 &&
           queries.size(-1) <= 256;
}

}  // namespace

CausalAttention::CausalAttention(const ModelConfig& config, KvStore& cache,
                                 std::span<const int64_t> positions)
    : cache_(cache),
      sliding_(config.sliding),
      window_(config.sliding_window),
      rows_(static_cast<int64_t>(positions.size())) {
    const int64_t past = cache.length();
    consecutive_ = goes_up_by_one(positions);
    if (window_ > 0) {
        places_ = cache.positions();
        places_.insert(places_.end(), positions.begin(), positions.end());
        consecutive_ = goes_up_by_one(places_);
    }
    const bool half = cache.device().is_cuda() && flash_takes(cache.keys(0));
    const bool flash = half && (window_ == 0 || consecutive_);
    if (flash) return;
    const int64_t all = past + rows_;
    if (rows_ > 1 && past > 0) mask_ = make_mask(0);
    if (window_ > 0 && all > window_ && (rows_ > 1 || !consecutive_)) {
        window_mask_ = make_mask(window_);
    } else {
        window_mask_ = mask_;
    }
}

at::Tensor CausalAttention::make_mask(int64_t window) const {
    const int64_t past = cache_.length();
    at::Tensor mask = at::empty({rows_, past + rows_}, at::TensorOptions(at::kBool));
    auto* sees = mask.data_ptr<bool>();
    for (int64_t i = 0; i < rows_; ++i) {
        for (int64_t j = 0; j < past + rows_; ++j) {
            bool one = j <= past + i;
            if (one && window > 0) {
                one = places_[static_cast<size_t>(past + i)] - places_[static_cast<size_t>(j)] <
                      window;
            }
            *sees++ = one;
        }
    }
    return mask.to(cache_.device());
}

at::Tensor CausalAttention::operator()(int64_t layer, const at::Tensor& queries,
                                       const at::Tensor& keys, const at::Tensor& values) const {
    cache_.write(layer, keys, values);
    const int64_t all = cache_.length() + rows_;
    const bool windowed = window_ > 0 && sliding_[static_cast<size_t>(layer)] != 0 && all > window_;
    int64_t begin = 0;
    if (windowed && rows_ == 1 && consecutive_) begin = all - window_;
    const at::Tensor all_keys = cache_.keys(layer).narrow(1, begin, all - begin);
    const at::Tensor all_values = cache_.values(layer).narrow(1, begin, all - begin);
    if (rows_ > 1 && flash_takes(queries) && (!windowed || consecutive_)) {
        return attend_flash(queries, all_keys, all_values, windowed ? window_ : 0);
    }
    if (rows_ == 1) {
        return attend_plain(queries, all_keys, all_values, windowed ? window_mask_ : at::Tensor());
    }
    return attend_fused(queries, all_keys, all_values, windowed);
}

at::Tensor CausalAttention::attend_flash(const at::Tensor& queries, const at::Tensor& keys,
                                         const at::Tensor& values, int64_t window) const {
    return flash_attention(queries.unsqueeze(0), keys.transpose(0, 1).unsqueeze(0),
                           values.transpose(0, 1).unsqueeze(0), window)
        .reshape({rows_, -1});
}

at::Tensor CausalAttention::attend_fused(const at::Tensor& queries, const at::Tensor& keys,
                                         const at::Tensor& values, bool windowed) const {
    const at::Tensor& mask = windowed ? window_mask_ : mask_;
    if (!has_fused_attention()) {
        return attend_plain(queries, keys, values, mask.defined() ? mask : make_mask(0));
    }
    return fused_attention(queries.transpose(0, 1).unsqueeze(0), keys.unsqueeze(0),
                           values.unsqueeze(0), mask, /*causal=*/!mask.defined())
        .squeeze(0)
        .transpose(0, 1)
        .reshape({rows_, -1});
}

at::Tensor CausalAttention::attend_plain(const at::Tensor& queries, const at::Tensor& keys,
                                         const at::Tensor& values, const at::Tensor& mask) const {
    const int64_t heads = queries.size(1);
    const int64_t size = queries.size(2);
    const int64_t groups = keys.size(0);
    const int64_t shared = heads / groups;
    const double scale = 1 / std::sqrt(static_cast<double>(size));
    if (rows_ == 1 && !mask.defined()) {
        const at::Tensor scores =
            at::matmul(queries.view({groups, shared, size}) * scale, keys.transpose(1, 2));
        return at::matmul(at::softmax(scores, -1, at::kFloat).to(values.scalar_type()), values)
            .reshape({1, heads * size});
    }
    const int64_t step = std::max<int64_t>(1, kMostScores / (heads * keys.size(1)));
    std::vector<at::Tensor> parts;
    for (int64_t i = 0; i < rows_; i += step) {
        const int64_t n = std::min(step, rows_ - i);
        const at::Tensor some = (queries.narrow(0, i, n) * scale)
                                    .view({n, groups, shared, size})
                                    .permute({1, 2, 0, 3})
                                    .reshape({groups, shared * n, size});
        at::Tensor scores =
            at::matmul(some, keys.transpose(1, 2)).to(at::kFloat).view({groups, shared, n, -1});
        if (mask.defined()) {
            scores = scores.masked_fill(mask.narrow(0, i, n).logical_not(),
                                        -std::numeric_limits<float>::infinity());
        }
        const at::Tensor weights =
            at::softmax(scores, -1).to(values.scalar_type()).view({groups, shared * n, -1});
        parts.push_back(at::matmul(weights, values)
                            .view({groups, shared, n, size})
                            .permute({2, 0, 1, 3})
                            .reshape({n, heads * size}));
    }
    return parts.size() == 1 ? parts.front() : at::cat(parts, 0);
}

}  // namespace temblor
