#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <ATen/core/Tensor.h>

#include "compress/model/files/model_config.h"
#include "compress/model/files/safetensors.h"
#include "compress/model/model_options.h"
#include "compress/model/token_sequence.h"
#include "compress/model/tokenizer/tokenizer.h"
#include "compress/model/torch/encoder_torso.h"
#include "compress/model/torch/ragged_batch.h"
#include "compress/model/torch/weight_loader.h"
#include "data/status.h"

namespace temblor {

/// A folder's encoder without its head, and what every kind of encoder does around it: tokens of
/// texts, batches, order. Immutable once opened; thread-safe.
class LoadedEncoder {
public:
    /// Reads the folder: config.json, the weights of the torso and the tokenizer. `add_head` loads
    /// what follows, from a loader without a prefix; it is given the torso and its prefix.
    using AddHead =
        std::function<void(WeightLoader&, const EncoderTorso&, const std::string& prefix)>;
    /// Errors: kUnimplemented for a decoder or where `head` is not the folder's; those of
    /// ModelConfig, SafeTensors, WeightLoader and choose_device; kCorruption when the tokenizer has
    /// ids that the model has not. Folders without a tokenizer take ids only.
    static Result<std::unique_ptr<LoadedEncoder>> open(const std::string& folder, ModelHead head,
                                                       const ModelOptions& options,
                                                       const AddHead& add_head);

    [[nodiscard]] const ModelConfig& config() const { return torso_.config(); }
    [[nodiscard]] const EncoderTorso& torso() const { return torso_; }
    [[nodiscard]] at::Device device() const { return device_; }

    /// Tokens of texts, or of pairs when `seconds` is not empty, cut at `longest` (0: what the
    /// model takes). With `offsets`, where each token stands in its text.
    [[nodiscard]] Result<std::vector<TokenSequence>> tokenize(
        std::span<const std::string_view> firsts, std::span<const std::string_view> seconds,
        int64_t longest, std::vector<std::vector<ByteSpan>>* offsets = nullptr) const;

    /// Checks every text, then calls `use` for batch after batch, longest texts first, with the
    /// texts' numbers and their last hidden states [tokens, hidden].
    using UseBatch = std::function<void(const RaggedBatch&, std::span<const size_t> order,
                                        const at::Tensor& hidden)>;
    [[nodiscard]] Status run(std::span<const TokenSequence> texts, const UseBatch& use) const;

private:
    Status open_tokenizer(const std::string& folder, const ModelConfig& config);

    at::Device device_ = at::kCPU;
    EncoderTorso torso_;
    std::unique_ptr<const Tokenizer> tokenizer_;
    Status no_tokenizer_;  ///< why there is none
};

}  // namespace temblor
