#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "data/status.h"

namespace temblor {

/// The most dimensions a dense vector may have.
inline constexpr uint64_t kMaxDenseDim = 65'536;

/// Dense f32 vectors of one dimension, row after row. The values are owned, or belong to a mapped
/// file that the dataset keeps open. A copy shares them: O(1). Immutable once made, so it may be
/// read from any number of threads.
class DenseDataset {
public:
    /// No rows, of dimension 0.
    DenseDataset() = default;

    /// Takes over values.size() / dim rows. kInvalidArgument unless `dim` lies between 1 and
    /// kMaxDenseDim and divides the number of values.
    static Result<DenseDataset> from_values(std::vector<float> values, uint64_t dim);
    /// The same over values that `owner` keeps alive.
    static Result<DenseDataset> from_view(std::shared_ptr<const void> owner,
                                          std::span<const float> values, uint64_t dim);

    [[nodiscard]] uint64_t rows() const { return rows_; }
    [[nodiscard]] uint64_t dim() const { return dim_; }
    [[nodiscard]] std::span<const float> row(uint64_t r) const {
        return values_.subspan(r * dim_, dim_);
    }
    /// All rows() * dim() values.
    [[nodiscard]] std::span<const float> values() const { return values_; }

    /// Bytes of the values.
    [[nodiscard]] uint64_t bytes() const { return values_.size_bytes(); }

private:
    std::shared_ptr<const void> owner_;
    std::span<const float> values_;
    uint64_t rows_ = 0;
    uint64_t dim_ = 0;
};

}  // namespace temblor
