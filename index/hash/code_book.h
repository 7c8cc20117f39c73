#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "data/status.h"
#include "index/hash/hash_parameters.h"

namespace temblor {

/// The shape of a code book and of the codes it makes. Dimension d of a vector belongs to subspace
/// d / width; the last subspace is filled with zeros.
struct CodeShape {
    CodeKind kind = CodeKind::kProduct4;
    uint32_t dim = 0;
    uint32_t width = 4;

    [[nodiscard]] uint32_t subspaces() const { return (dim + width - 1) / width; }
    /// Centroids of a subspace.
    [[nodiscard]] uint32_t centroids() const { return kind == CodeKind::kProduct8 ? 256 : 16; }
    /// Numbers of a book.
    [[nodiscard]] uint64_t entries() const { return uint64_t{subspaces()} * width * centroids(); }
    /// 4-bit codes are laid out in chunks of eight subspaces.
    [[nodiscard]] uint32_t chunks() const { return (subspaces() + 7) / 8; }
    /// Bytes of kGroup codes that lie together.
    [[nodiscard]] uint32_t group_bytes() const {
        return kind == CodeKind::kProduct8 ? subspaces() * kGroup : chunks() * 64;
    }

    static constexpr uint32_t kGroup = 16;
    bool operator==(const CodeShape&) const = default;
};

/// Where the centroids of the subspaces lie: entry (subspace, dimension in it, centroid), the
/// centroid running fastest.
///
/// Sixteen codes make a group. 4 bits: chunk c holds subspaces 8 c to 8 c + 7 in 64 bytes; byte
/// 16 l + i of it is code i's subspace 8 c + 2 l in the lower half and the next one in the upper
/// (what a byte shuffle looks up at once; Andre et al., VLDB 2015). 8 bits: byte 16 s + i is
/// subspace s of code i.
class CodeBook {
public:
    CodeBook() = default;
    /// `entries` as above; as many as the shape says.
    CodeBook(CodeShape shape, std::vector<float> entries);

    /// Trains on rows of `dim` numbers (at least one row) with Faiss. Binary books take for each
    /// dimension the mean as threshold and the means on both sides of it as levels. Product codes
    /// begin at the centroids of `start`, if there is one; it has the same shape.
    static Result<CodeBook> train(CodeShape shape, std::span<const float> rows, uint64_t seed,
                                  const CodeBook* start = nullptr);

    [[nodiscard]] const CodeShape& shape() const { return shape_; }
    [[nodiscard]] std::span<const float> entries() const { return entries_; }

    /// The nearest centroid of each subspace; `codes` has subspaces() bytes. O(dim * centroids).
    void encode(std::span<const float> vector, std::span<uint8_t> codes) const;
    /// The same for rows whose scores matter most against queries like `direction` (of length 1, or
    /// zeros): error along it weighs `weight` times as much as across it (anisotropic quantisation;
    /// Guo et al., ICML 2020), by coordinate descent from the nearest centroids on.
    void encode_for(std::span<const float> vector, std::span<const float> direction, float weight,
                    std::span<uint8_t> codes) const;
    void decode(std::span<const uint8_t> codes, std::span<float> vector) const;
    /// Puts the codes of one vector at place `at` of a group of group_bytes() that began as zeros.
    void place(std::span<const uint8_t> codes, uint32_t at, std::span<uint8_t> group) const;
    /// The inverse of place().
    void take(std::span<const uint8_t> group, uint32_t at, std::span<uint8_t> codes) const;

private:
    CodeShape shape_;
    std::vector<float> entries_;
    std::vector<float> norms_;  ///< squared, by subspace and centroid
};

}  // namespace temblor
