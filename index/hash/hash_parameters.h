#pragma once

#include <cstdint>
#include <string_view>

#include "data/status.h"

namespace temblor {

/// What stands for a document in a block: a code of its residual to the block's centroid.
enum class CodeKind : uint8_t {
    kProduct4 = 1,  ///< product quantisation (Jegou et al., PAMI 2011), 16 centroids a subspace
    kProduct8 = 2,  ///< the same with 256 centroids: finer at equal size, slower to scan
    kBinary = 3,    ///< a bit a dimension, thresholds and levels learned (BPR, ACL 2021)
};
std::string_view code_kind_name(CodeKind kind);
Result<CodeKind> parse_code_kind(std::string_view name);

/// An orthogonal matrix applied to vectors before they are hashed.
enum class Rotation : uint8_t {
    kNone = 1,
    kOpq = 2,  ///< lowers the error of product codes (Ge et al., PAMI 2014)
    kItq = 3,  ///< brings the coordinates near their signs (Gong et al., PAMI 2013)
};
std::string_view rotation_name(Rotation rotation);
Result<Rotation> parse_rotation(std::string_view name);

inline constexpr uint32_t kMostCells = 1U << 24;
inline constexpr uint32_t kMostAssignments = 16;

/// How dense vectors become blocked lists.
struct HashParameters {
    uint32_t cells = 0;        ///< blocks; 0: a tenth of the rows
    uint32_t lists = 0;        ///< coarse cells; 0: the square root of the cells
    uint32_t assignments = 4;  ///< blocks that a document stands in
    CodeKind code = CodeKind::kProduct4;
    uint32_t code_width = 0;  ///< dimensions a subspace; 0: 4, for kProduct8 8
    Rotation rotation = Rotation::kNone;
    bool fit_ranking = false;  ///< move codes' centroids so that they rank as the vectors do
    uint32_t threads = 0;      ///< 0: all cores
    uint64_t seed = 42;

    /// The zeros above filled in for so many rows.
    [[nodiscard]] HashParameters resolved(uint64_t rows) const;
    /// Names the first parameter out of its range.
    [[nodiscard]] Status validate() const;
};

}  // namespace temblor
