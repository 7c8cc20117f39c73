#pragma once

#include <string_view>

#include <ATen/core/Tensor.h>

#include "compress/model/torch/weight_loader.h"

namespace temblor {

/// A row of a table for each id.
class Embedding {
public:
    Embedding() = default;
    /// `name`.weight of [rows, size].
    static Embedding load(WeightLoader& loader, std::string_view name, int64_t rows, int64_t size);

    /// int64 ids [n], all below rows, to [n, size].
    [[nodiscard]] at::Tensor operator()(const at::Tensor& ids) const;
    /// The table, which a tied output layer shares.
    [[nodiscard]] const at::Tensor& weight() const { return weight_; }

private:
    at::Tensor weight_;
};

}  // namespace temblor
