#include "data/dense_dataset.h"

#include <string>
#include <utility>

namespace temblor {

Result<DenseDataset> DenseDataset::from_values(std::vector<float> values, uint64_t dim) {
    auto owned = std::make_shared<const std::vector<float>>(std::move(values));
    const std::span<const float> view(*owned);
    return from_view(std::move(owned), view, dim);
}

Result<DenseDataset> DenseDataset::from_view(std::shared_ptr<const void> owner,
                                             std::span<const float> values, uint64_t dim) {
    if (dim == 0 || dim > kMaxDenseDim) {
        return Status::invalid_argument("dimension " + std::to_string(dim) +
                                        " (must lie between 1 and " + std::to_string(kMaxDenseDim) +
                                        ")");
    }
    if (values.size() % dim != 0) {
        return Status::invalid_argument(std::to_string(values.size()) +
                                        " values are no whole rows of dimension " +
                                        std::to_string(dim));
    }
    DenseDataset dataset;
    dataset.owner_ = std::move(owner);
    dataset.values_ = values;
    dataset.rows_ = values.size() / dim;
    dataset.dim_ = dim;
    return dataset;
}

}  // namespace temblor
