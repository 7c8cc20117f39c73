#include "data/sparse_dataset.h"

#include <algorithm>
#include <array>
#include <string>

namespace temblor {
namespace {

constexpr std::array<uint64_t, 1> kNoRows{0};
constexpr uint64_t kMaxDim = uint64_t{1} << 32;

struct OwnedArrays {
    std::vector<uint64_t> offsets;
    std::vector<uint32_t> components;
    std::vector<float> values;
};

Status check_shape(std::span<const uint64_t> offsets, std::span<const uint32_t> components,
                   std::span<const float> values, uint64_t dim) {
    if (offsets.empty()) return Status::invalid_argument("offsets: empty (needs rows + 1 entries)");
    if (components.size() != values.size()) {
        return Status::invalid_argument(
            "values: " + std::to_string(values.size()) +
            " entries, components: " + std::to_string(components.size()));
    }
    if (dim > kMaxDim) {
        return Status::invalid_argument("dimension " + std::to_string(dim) +
                                        ": over 2^32, which 32-bit components cannot reach");
    }
    if (offsets.front() != 0) {
        return Status::invalid_argument("row 0: offset " + std::to_string(offsets.front()) +
                                        " (must be 0)");
    }
    for (size_t row = 1; row < offsets.size(); ++row) {
        if (offsets[row] < offsets[row - 1]) {
            return Status::invalid_argument(
                "row " + std::to_string(row) + ": offset " + std::to_string(offsets[row]) +
                " after " + std::to_string(offsets[row - 1]) + " (must not run backwards)");
        }
    }
    if (offsets.back() != components.size()) {
        return Status::invalid_argument("row " + std::to_string(offsets.size() - 1) +
                                        ": last offset is " + std::to_string(offsets.back()) +
                                        " (must be the number of entries, " +
                                        std::to_string(components.size()) + ")");
    }
    return Status::ok();
}

}  // namespace

SparseDataset::SparseDataset() : offsets_(kNoRows) {}

Result<SparseDataset> SparseDataset::from_arrays(std::vector<uint64_t> offsets,
                                                 std::vector<uint32_t> components,
                                                 std::vector<float> values, uint64_t dim) {
    auto arrays = std::make_shared<OwnedArrays>();
    arrays->offsets = std::move(offsets);
    arrays->components = std::move(components);
    arrays->values = std::move(values);
    const OwnedArrays& kept = *arrays;
    TEMBLOR_ASSIGN_OR_RETURN(SparseDataset dataset,
                             from_views(arrays, kept.offsets, kept.components, kept.values, dim));
    const auto outside = std::find_if(kept.components.begin(), kept.components.end(),
                                      [dim](uint32_t component) { return component >= dim; });
    if (outside != kept.components.end()) {
        const auto entry = static_cast<uint64_t>(outside - kept.components.begin());
        const auto next = std::upper_bound(kept.offsets.begin(), kept.offsets.end(), entry);
        const auto row = static_cast<uint64_t>(next - kept.offsets.begin()) - 1;
        return Status::invalid_argument(
            "row " + std::to_string(row) + ": entry " + std::to_string(entry - kept.offsets[row]) +
            ": component " + std::to_string(*outside) + " (must be below the dimension " +
            std::to_string(dim) + ")");
    }
    return dataset;
}

Result<SparseDataset> SparseDataset::from_views(std::shared_ptr<const void> owner,
                                                std::span<const uint64_t> offsets,
                                                std::span<const uint32_t> components,
                                                std::span<const float> values, uint64_t dim) {
    TEMBLOR_RETURN_IF_ERROR(check_shape(offsets, components, values, dim));
    SparseDataset dataset;
    dataset.owner_ = std::move(owner);
    dataset.offsets_ = offsets;
    dataset.components_ = components;
    dataset.values_ = values;
    dataset.dim_ = dim;
    return dataset;
}

Status SparseDataset::validate(ValueRule rule) const {
    for (uint64_t r = 0; r < rows(); ++r) {
        Status status = validate_sparse_vector(row(r), rule, dim_);
        // A row with entries is never within dimension 0, which validate_sparse_vector ignores.
        if (status.is_ok() && dim_ == 0 && row(r).nnz() != 0) {
            status = Status::invalid_argument("entry 0: component " +
                                              std::to_string(row(r).components.front()) +
                                              " (must be below the dimension 0)");
        }
        if (!status.is_ok()) return std::move(status).with_context("row " + std::to_string(r));
    }
    return Status::ok();
}

uint64_t SparseDataset::bytes() const {
    return offsets_.size_bytes() + components_.size_bytes() + values_.size_bytes();
}

void SparseDatasetBuilder::add(SparseVectorView row) {
    components_.insert(components_.end(), row.components.begin(), row.components.end());
    values_.insert(values_.end(), row.values.begin(), row.values.end());
    offsets_.push_back(components_.size());
}

Result<SparseDataset> SparseDatasetBuilder::finish(uint64_t dim) {
    if (dim == 0 && !components_.empty()) {
        dim = uint64_t{*std::max_element(components_.begin(), components_.end())} + 1;
    }
    Result<SparseDataset> dataset = SparseDataset::from_arrays(
        std::move(offsets_), std::move(components_), std::move(values_), dim);
    *this = SparseDatasetBuilder();
    return dataset;
}

}  // namespace temblor
