#include "compress/model/torch/activation.h"

#include <ATen/ops/gelu.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/silu.h>

namespace temblor {

at::Tensor activate(const at::Tensor& input, Activation activation) {
    switch (activation) {
        case Activation::kGelu:
            return at::gelu(input, "none");
        case Activation::kGeluTanh:
            return at::gelu(input, "tanh");
        case Activation::kRelu:
            return at::relu(input);
        case Activation::kSilu:
            return at::silu(input);
    }
    return input;
}

}  // namespace temblor
