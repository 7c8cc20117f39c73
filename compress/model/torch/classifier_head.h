#pragma once

#include <ATen/core/Tensor.h>

#include "compress/model/files/model_config.h"
#include "compress/model/torch/linear.h"

namespace temblor {

/// The heads of ...ForSequenceClassification (labels of a text, by its first token) and
/// ...ForTokenClassification (labels of each token).
class ClassifierHead {
public:
    /// `prefix` is the torso's. Errors are left in `loader`, whose prefix is set anew.
    static ClassifierHead load(WeightLoader& loader, const ModelConfig& config,
                               const std::string& prefix);

    /// [rows, hidden] to scores [rows, labels], float32. Rows are first tokens, or all tokens.
    [[nodiscard]] at::Tensor operator()(const at::Tensor& hidden) const;

private:
    enum class Between : uint8_t { kNothing, kTanh, kRelu };
    Between between_ = Between::kNothing;
    Linear dense_;
    Linear output_;
};

}  // namespace temblor
