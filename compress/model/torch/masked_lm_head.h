#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include <ATen/core/Tensor.h>

#include "compress/model/files/model_config.h"
#include "compress/model/torch/linear.h"
#include "compress/model/torch/norms.h"
#include "compress/model/torch/ragged_batch.h"
#include "compress/model/word_screen.h"

namespace temblor {

/// The head that scores every word of the vocabulary for every token.
class MaskedLmHead {
public:
    /// `loader` without a prefix; `words` is the torso's table, used where the files hold no matrix
    /// of the head's own. Errors are left in `loader`.
    static MaskedLmHead load(WeightLoader& loader, const ModelConfig& config,
                             const at::Tensor& words);

    /// Scores [tokens, vocabulary] of [tokens, hidden], float32. For tests and small inputs.
    [[nodiscard]] at::Tensor logits(const at::Tensor& hidden) const;

    /// For each text the largest score of every word over the text's tokens: [texts, vocabulary],
    /// float32; where none is positive, anything that is not. The scores themselves are never held.
    /// Where word_screen.h is fast, the words that can have a positive one are found with it and
    /// only those are computed, unless they turn out to be many. Else the product is made in tiles
    /// of some words by some texts, and each tile is reduced at once. Memory beside the result:
    /// half a MiB on a CPU, 128 MiB on a GPU.
    [[nodiscard]] at::Tensor largest_logits(const at::Tensor& hidden,
                                            const RaggedBatch& batch) const;

private:
    /// What screening has found so far.
    struct ScreenUse {
        std::atomic<uint64_t> words{0};
        std::atomic<uint64_t> found{0};
    };

    [[nodiscard]] at::Tensor transform(const at::Tensor& hidden) const;
    [[nodiscard]] bool screens() const;
    [[nodiscard]] at::Tensor screened_logits(const at::Tensor& hidden,
                                             const RaggedBatch& batch) const;
    [[nodiscard]] at::Tensor tiled_logits(const at::Tensor& hidden, const RaggedBatch& batch) const;

    Linear dense_;
    LayerNorm norm_;
    Activation activation_ = Activation::kGelu;
    at::Tensor words_;                          ///< [vocabulary, hidden]
    at::Tensor bias_;                           ///< [vocabulary] float32
    std::shared_ptr<const WordScreen> screen_;  ///< null where it is not fast
    std::shared_ptr<ScreenUse> use_;
};

}  // namespace temblor
