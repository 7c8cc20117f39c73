#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "data/status.h"
#include "index/dense/distance.h"
#include "index/section_file.h"
#include "index/segment_writer.h"

namespace temblor {

/// How exactly vectors are kept for the last pass of a search.
enum class VectorStoreKind : uint8_t {
    kF32 = 1,
    kF16 = 2,
    kU8 = 3,  ///< a byte a dimension, between the dimension's least and largest value
};
std::string_view vector_store_name(VectorStoreKind kind);
Result<VectorStoreKind> parse_vector_store(std::string_view name);

/// The vectors of rows 0 to rows() - 1, one after the other. A view over sections of an open file,
/// which must outlive it. Immutable.
class VectorStore {
public:
    VectorStore() = default;
    /// kCorruption when the sections' sizes are not what rows and dim say.
    static Result<VectorStore> open(const SectionFile& file, VectorStoreKind kind, uint64_t rows,
                                    uint32_t dim, Distance distance);

    /// Over floats that someone else keeps, rows of `dim` numbers. `norms` has a squared length a
    /// row under Euclid.
    static VectorStore over(std::span<const float> values, uint32_t dim, Distance distance,
                            std::span<const float> norms);

    [[nodiscard]] VectorStoreKind kind() const { return kind_; }
    [[nodiscard]] uint64_t rows() const { return rows_; }
    [[nodiscard]] uint32_t dim() const { return dim_; }
    [[nodiscard]] Distance distance() const { return distance_; }
    [[nodiscard]] uint64_t bytes() const { return values_.size() + norms_.size_bytes(); }
    /// Bytes of a row.
    [[nodiscard]] uint32_t row_bytes() const {
        return dim_ * (kind_ == VectorStoreKind::kF32 ? 4 : kind_ == VectorStoreKind::kF16 ? 2 : 1);
    }
    [[nodiscard]] const std::byte* row(uint64_t r) const {
        return values_.data() + r * row_bytes();
    }
    /// Squared length of a row as it is stored; Euclid only.
    [[nodiscard]] float norm(uint64_t r) const { return norms_[r]; }
    /// kU8: value of dimension d is low()[d] + step()[d] * byte.
    [[nodiscard]] std::span<const float> low() const { return steps_.first(dim_); }
    [[nodiscard]] std::span<const float> step() const { return steps_.last(dim_); }
    /// The stored vector as floats; `out` has dim() entries.
    void read(uint64_t r, std::span<float> out) const;

private:
    VectorStoreKind kind_ = VectorStoreKind::kF32;
    Distance distance_ = Distance::kDot;
    uint64_t rows_ = 0;
    uint32_t dim_ = 0;
    std::span<const std::byte> values_;
    std::span<const float> norms_;
    std::span<const float> steps_;
};

/// The squared length of each row of `dim` numbers.
std::vector<float> squared_lengths(std::span<const float> rows, uint32_t dim);

/// Writes the sections of a store. Cosine: vectors are scaled to length 1 first. Values that half
/// floats cannot hold are kInvalidArgument naming the row.
Status write_vector_store(std::span<const float> vectors, uint32_t dim, Distance distance,
                          VectorStoreKind kind, SegmentWriter& writer);

}  // namespace temblor
