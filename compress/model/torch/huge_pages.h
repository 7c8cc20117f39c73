#pragma once

#include <cstddef>
#include <memory>

#include <ATen/core/Tensor.h>

#include "compress/model/torch/linear.h"

namespace temblor {

/// Puts weights of the CPU side by side into memory of large pages, where the system grants them:
/// read once a token, a matrix comes half as fast again as from small ones. Not thread-safe; the
/// memory lives as long as any tensor in it.
class HugePages {
public:
    /// A copy of `weight`, contiguous; other devices' and undefined tensors come back as they are.
    at::Tensor keep(const at::Tensor& weight);
    /// The same of the layer's weight.
    Linear keep(const Linear& linear) {
        return {keep(linear.weight()), linear.bias(), linear.scales()};
    }

private:
    std::shared_ptr<std::byte> block_;
    size_t size_ = 0;
    size_t used_ = 0;
};

}  // namespace temblor
