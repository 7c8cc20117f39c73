#pragma once

#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "index/hash/hashed_lists.h"
#include "query/dense/dense_kernels.h"

namespace temblor {

/// The inner products of a query with every centroid of a code book, as bytes: the score of a code
/// is offset() + unit() * the sum of its entries. Memory is reused.
class CodeTables {
public:
    /// `query` has subspaces * width numbers, zeros behind the book's dim. O(dim * centroids).
    void set(const CodeBook& book, std::span<const float> query, const DenseKernels& kernels);

    /// Whether scores are numbers: not so for products past the range of floats.
    [[nodiscard]] bool finite() const { return finite_; }
    [[nodiscard]] float offset() const { return offset_; }
    [[nodiscard]] float unit() const { return unit_; }
    /// The least sum whose score, added to `base`, reaches `score`; above 65535 when none does.
    [[nodiscard]] uint32_t least_sum(float score, float base) const {
        const float sum = (score - base - offset_) / unit_;
        return !(sum > 0) ? 0 : sum > 65535 ? 65536 : static_cast<uint32_t>(sum);
    }
    [[nodiscard]] float score(uint32_t sum, float base) const {
        return base + offset_ + unit_ * static_cast<float>(sum);
    }
    /// Sums of the codes of some groups; see DenseKernels::scan_codes.
    void scan(const DenseKernels& kernels, const uint8_t* codes, uint32_t groups, uint16_t least,
              uint16_t* sums, uint16_t* above) const;

private:
    DenseKernels::Ranges shift_256();

    CodeShape shape_;
    std::vector<float> products_;  ///< by subspace and centroid
    std::vector<uint8_t> tables_;  ///< in the layout that the kernel reads
    float offset_ = 0;
    float unit_ = 1;
    bool finite_ = true;
};

/// A query in the space of the hash with its tables.
class HashedQuery {
public:
    /// `query` has space().dim() numbers; under cosine it is scaled by the caller or not at all,
    /// which changes no order.
    void set(const HashedLists& lists, std::span<const float> query, const DenseKernels& kernels);

    /// inner_dim() numbers.
    [[nodiscard]] std::span<const float> vector() const {
        return std::span(vector_).first(inner_dim_);
    }
    /// Whether codes can be scored; other queries are too long.
    [[nodiscard]] bool finite() const {
        return documents_.finite() && summaries_.finite() && std::isfinite(residual_spread_);
    }
    [[nodiscard]] const CodeTables& documents() const { return documents_; }
    [[nodiscard]] const CodeTables& summaries() const { return summaries_; }
    /// Standard deviations of the score of a residual and of what a document's code misses.
    [[nodiscard]] float residual_spread() const { return residual_spread_; }
    [[nodiscard]] float code_spread() const { return code_spread_; }

private:
    uint32_t inner_dim_ = 0;
    std::vector<float> vector_;  ///< filled up with zeros to whole subspaces
    CodeTables documents_;
    CodeTables summaries_;
    float residual_spread_ = 0;
    float code_spread_ = 0;
};

}  // namespace temblor
