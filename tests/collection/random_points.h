#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "data/point.h"
#include "data/splitmix.h"
#include "index/collection/memtable.h"
#include "index/collection/schema.h"
#include "query/collection/memtable_search.h"

namespace temblor::testing {

/// Sparse "" and "title"; dense "dot", "cosine", "euclid", "manhattan" of odd sizes.
std::shared_ptr<const Schema> test_schema();

/// Up to `max_nnz` entries over components that are common the smaller they are, spread over all of
/// 32 bits; some values are zero, all others are rough.
SparseVector random_sparse(SplitMix& random, uint32_t max_nnz);
DenseVector random_dense(SplitMix& random, uint32_t size);
/// A point of test_schema() with some of its vectors, cosine ones scaled.
Point random_point(SplitMix& random);

/// The definition of a search, by brute force over `points` (row by row).
struct SearchOracle {
    const std::vector<Point>& points;
    uint32_t rows;
    std::function<bool(uint32_t row)> keep;

    [[nodiscard]] std::vector<MemtableHit> sparse(std::string_view name, SparseVectorView query,
                                                  uint32_t k) const;
    [[nodiscard]] std::vector<MemtableHit> dense(std::string_view name, Distance distance,
                                                 std::span<const float> query, uint32_t k) const;
};

}  // namespace temblor::testing
