#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "data/status.h"

namespace temblor {

/// A sparse vector that someone else owns: `components` strictly ascending, `values` parallel to
/// it.
struct SparseVectorView {
    std::span<const uint32_t> components;
    std::span<const float> values;

    [[nodiscard]] size_t nnz() const { return components.size(); }
};

/// A sparse vector that owns its entries.
struct SparseVector {
    std::vector<uint32_t> components;
    std::vector<float> values;

    [[nodiscard]] SparseVectorView view() const { return {components, values}; }
    [[nodiscard]] size_t nnz() const { return components.size(); }
    /// Sorts by component and adds up the values of repeated components. O(nnz log nnz).
    void sort_and_merge();
};

/// Which values a vector may hold.
enum class ValueRule : uint8_t {
    kFinite,       ///< no NaN, no infinity
    kNonNegative,  ///< finite and not below zero: what the blocked index needs, see
                   ///< index/segment_builder.h
};

/// Ok if components ascend strictly and lie below `dim` (0: no bound) and values obey `rule`.
/// The message names the entry and the field: "entry 7: component 12 after 12 (must ascend
/// strictly)".
Status validate_sparse_vector(SparseVectorView vector, ValueRule rule, uint64_t dim);

/// Inner product by merging, in double precision. O(nnz(a) + nnz(b)).
double inner_product(SparseVectorView a, SparseVectorView b);

}  // namespace temblor
