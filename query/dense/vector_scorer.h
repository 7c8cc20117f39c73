#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "index/dense/vector_store.h"
#include "query/dense/dense_kernels.h"

namespace temblor {

/// Scores rows of a store against one query by their stored vectors. Memory is reused.
class VectorScorer {
public:
    /// `query` has the store's dim numbers and, like the store, must outlive the use; under cosine
    /// it has length 1.
    void set(const VectorStore& store, std::span<const float> query, const DenseKernels& kernels);

    /// Falling is better; never NaN. O(dim).
    [[nodiscard]] float score(uint64_t row) const;
    void prefetch(uint64_t row) const {
        const auto* at = reinterpret_cast<const char*>(store_->row(row));
        for (uint32_t line = 0; line < store_->row_bytes(); line += 64)
            __builtin_prefetch(at + line);
    }

private:
    const VectorStore* store_ = nullptr;
    const DenseKernels* kernels_ = nullptr;
    std::span<const float> query_;
    std::vector<float> scaled_;  ///< kU8: times each dimension's step
    double base_ = 0;            ///< kU8: the product with the least values
    double query_norm_ = 0;
};

}  // namespace temblor
