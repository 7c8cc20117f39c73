#include "compress/model/torch/embedding.h"

#include <ATen/ops/index_select.h>
#include <fmt/format.h>

namespace temblor {

Embedding Embedding::load(WeightLoader& loader, std::string_view name, int64_t rows, int64_t size) {
    Embedding embedding;
    embedding.weight_ = loader.load(fmt::format("{}.weight", name), {rows, size});
    return embedding;
}

at::Tensor Embedding::operator()(const at::Tensor& ids) const {
    return at::index_select(weight_, 0, ids);
}

}  // namespace temblor
