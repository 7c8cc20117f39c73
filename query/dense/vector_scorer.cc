#include "query/dense/vector_scorer.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace temblor {

void VectorScorer::set(const VectorStore& store, std::span<const float> query,
                       const DenseKernels& kernels) {
    store_ = &store;
    kernels_ = &kernels;
    query_ = query;
    base_ = 0;
    query_norm_ = 0;
    if (store.kind() == VectorStoreKind::kU8 && store.rows() > 0) {
        scaled_.resize(query.size());
        for (size_t d = 0; d < query.size(); ++d) {
            scaled_[d] = query[d] * store.step()[d];
            base_ += static_cast<double>(query[d]) * static_cast<double>(store.low()[d]);
        }
    }
    if (store.distance() == Distance::kEuclid) {
        for (const float v : query) query_norm_ += static_cast<double>(v) * static_cast<double>(v);
    }
}

float VectorScorer::score(uint64_t row) const {
    const std::byte* at = store_->row(row);
    const size_t n = query_.size();
    double product = base_;
    switch (store_->kind()) {
        case VectorStoreKind::kF32:
            product += static_cast<double>(
                kernels_->dot_f32(query_.data(), reinterpret_cast<const float*>(at), n));
            break;
        case VectorStoreKind::kF16:
            product += static_cast<double>(
                kernels_->dot_f16(query_.data(), reinterpret_cast<const uint16_t*>(at), n));
            break;
        case VectorStoreKind::kU8:
            product += static_cast<double>(
                kernels_->dot_u8(scaled_.data(), reinterpret_cast<const uint8_t*>(at), n));
            break;
    }
    if (store_->distance() == Distance::kEuclid) {
        const double squared = query_norm_ - 2 * product + static_cast<double>(store_->norm(row));
        product = -std::sqrt(std::max(squared, 0.0));
    }
    if (std::isnan(product)) return -std::numeric_limits<float>::infinity();
    return static_cast<float>(product);
}

}  // namespace temblor
