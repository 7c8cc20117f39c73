#pragma once

#include <cstddef>
#include <cstdint>

/// The loops over a query's tables, compiled once for each instruction set: the compiler's vectors
/// are as good as ours there. Anonymous, as each set must have its own.
namespace temblor {
namespace {

/// Where scan_codes() looks for the entries of a subspace.
inline size_t table_offset(uint32_t subspace) {
    return size_t{subspace / 8} * 128 + subspace % 2 * 64 + subspace % 8 / 2 * 16;
}

template <uint32_t K>
void table_products(const float* query, const float* entries, uint32_t subspaces, uint32_t width,
                    float* products) {
    for (uint32_t j = 0; j < subspaces; ++j) {
        float sums[K] = {};
        for (uint32_t t = 0; t < width; ++t, entries += K) {
            const float q = query[size_t{j} * width + t];
            for (uint32_t c = 0; c < K; ++c) sums[c] += q * entries[c];
        }
        for (uint32_t c = 0; c < K; ++c) products[size_t{j} * K + c] = sums[c];
    }
}

}  // namespace
}  // namespace temblor
