#pragma once

#include <cstdint>
#include <vector>

#include <ATen/core/Tensor.h>

#include "compress/model/torch/ragged_batch.h"

namespace temblor {

/// Softmax attention in both directions, each text of a ragged batch within itself.
///
/// Planned once a batch and used by every layer. Two ways, equal in their results: texts of equal
/// length that stand together are one product without a mask (right for a CPU, where a call costs
/// little); or all texts are padded to the longest, with a mask (right for a GPU).
class RaggedAttention {
public:
    enum class Way : uint8_t { kRuns, kPadded };

    RaggedAttention(const RaggedBatch& batch, at::Device device, Way way);
    /// Runs on the CPU, padded elsewhere.
    RaggedAttention(const RaggedBatch& batch, at::Device device);

    /// `projected` [tokens, 3 * heads * size]: queries, keys, values. Returns [tokens, heads *
    /// size].
    [[nodiscard]] at::Tensor operator()(const at::Tensor& projected, int64_t heads) const;

private:
    struct Run {
        int64_t begin;  ///< row
        int64_t texts;
        int64_t length;  ///< tokens of each
    };
    [[nodiscard]] at::Tensor attend_runs(const at::Tensor& projected, int64_t heads) const;
    [[nodiscard]] at::Tensor attend_padded(const at::Tensor& projected, int64_t heads) const;

    Way way_;
    std::vector<Run> runs_;
    int64_t texts_ = 0;
    int64_t longest_ = 0;
    at::Tensor gather_;   ///< [texts * longest]: the row of each place, 0 for padding
    at::Tensor scatter_;  ///< [tokens]: the place of each row
    at::Tensor mask_;     ///< [texts, 1, 1, longest] bool; undefined when nothing is padded
};

/// softmax(q k^T / sqrt(size) + mask) v of [texts, heads, length, size]; `mask` bool, true where a
/// key is seen, may be undefined.
at::Tensor attend(const at::Tensor& queries, const at::Tensor& keys, const at::Tensor& values,
                  const at::Tensor& mask);

}  // namespace temblor
