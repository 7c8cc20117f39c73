#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <ATen/core/Tensor.h>

#include "compress/model/files/model_config.h"
#include "compress/model/torch/kv_store.h"

namespace temblor {

/// The attention of some new rows of one sequence: each sees the rows of the cache, and the new
/// rows up to itself; in sliding layers only those whose position is less than the window behind.
/// Grouped heads (GQA) share keys without copies of them. Immutable once made, but for the cache.
class CausalAttention {
public:
    /// `config` and `cache` must outlive this; the cache must have room and count no more rows in
    /// between. `positions` are those of the new rows.
    CausalAttention(const ModelConfig& config, KvStore& cache, std::span<const int64_t> positions);

    /// Adds keys and values [n, kv heads, head size] to the layer's cache and returns [n, heads *
    /// head size] for queries [n, heads, head size]. Keys and queries are rotated.
    [[nodiscard]] at::Tensor operator()(int64_t layer, const at::Tensor& queries,
                                        const at::Tensor& keys, const at::Tensor& values) const;

private:
    [[nodiscard]] at::Tensor attend_flash(const at::Tensor& queries, const at::Tensor& keys,
                                          const at::Tensor& values, int64_t window) const;
    [[nodiscard]] at::Tensor attend_fused(const at::Tensor& queries, const at::Tensor& keys,
                                          const at::Tensor& values, bool windowed) const;
    [[nodiscard]] at::Tensor attend_plain(const at::Tensor& queries, const at::Tensor& keys,
                                          const at::Tensor& values, const at::Tensor& mask) const;
    /// Whether row i of the new ones sees row j of all, bool [n, past + n], on `device`.
    [[nodiscard]] at::Tensor make_mask(int64_t window) const;

    KvStore& cache_;
    const std::vector<uint8_t>& sliding_;
    int64_t window_;
    int64_t rows_;
    bool consecutive_;             ///< positions of all rows go up by one
    std::vector<int64_t> places_;  ///< positions of past and new rows; filled where masks need them
    at::Tensor mask_;              ///< of full layers; undefined where causality alone holds
    at::Tensor window_mask_;       ///< of sliding layers; the same
};

}  // namespace temblor
