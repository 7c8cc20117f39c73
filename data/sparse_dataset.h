#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "data/sparse_vector.h"
#include "data/status.h"

namespace temblor {

/// Sparse vectors in compressed sparse rows: row r's entries are [offsets[r], offsets[r + 1]).
/// Offsets are 64-bit, components 32-bit, values f32. The arrays are owned, or belong to a mapped
/// file that the dataset keeps open. Immutable once made, so it may be read from any number of
/// threads.
class SparseDataset {
public:
    SparseDataset();

    /// Takes over arrays. `offsets` has rows + 1 entries, starts at 0, never falls and ends at the
    /// number of entries; `dim` exceeds every component. Errors name the row and the field.
    static Result<SparseDataset> from_arrays(std::vector<uint64_t> offsets,
                                             std::vector<uint32_t> components,
                                             std::vector<float> values, uint64_t dim);

    /// The same over arrays that `owner` keeps alive (a mapped file). Only offsets are checked
    /// here, in O(rows); validate() checks the entries.
    static Result<SparseDataset> from_views(std::shared_ptr<const void> owner,
                                            std::span<const uint64_t> offsets,
                                            std::span<const uint32_t> components,
                                            std::span<const float> values, uint64_t dim);

    [[nodiscard]] uint64_t rows() const { return offsets_.size() - 1; }
    [[nodiscard]] uint64_t nnz() const { return components_.size(); }
    [[nodiscard]] uint64_t dim() const { return dim_; }
    [[nodiscard]] SparseVectorView row(uint64_t r) const {
        const uint64_t begin = offsets_[r];
        const uint64_t length = offsets_[r + 1] - begin;
        return {components_.subspan(begin, length), values_.subspan(begin, length)};
    }
    [[nodiscard]] std::span<const uint64_t> offsets() const { return offsets_; }
    [[nodiscard]] std::span<const uint32_t> components() const { return components_; }
    [[nodiscard]] std::span<const float> values() const { return values_; }

    /// Every row checked by validate_sparse_vector; the message begins with "row N: ". O(nnz).
    [[nodiscard]] Status validate(ValueRule rule) const;

    /// Bytes of the three arrays.
    [[nodiscard]] uint64_t bytes() const;

private:
    std::shared_ptr<const void> owner_;
    std::span<const uint64_t> offsets_;
    std::span<const uint32_t> components_;
    std::span<const float> values_;
    uint64_t dim_ = 0;
};

/// Builds a dataset row by row.
class SparseDatasetBuilder {
public:
    /// Appends a row as it is (unchecked; finish() checks offsets, SparseDataset::validate the
    /// rest).
    void add(SparseVectorView row);
    [[nodiscard]] uint64_t rows() const { return offsets_.size() - 1; }
    /// `dim` 0 means one past the largest component seen. Leaves the builder empty.
    Result<SparseDataset> finish(uint64_t dim = 0);

private:
    std::vector<uint64_t> offsets_{0};
    std::vector<uint32_t> components_;
    std::vector<float> values_;
};

}  // namespace temblor
