#pragma once

#include <cstdint>
#include <span>

#include "data/progress.h"
#include "data/status.h"
#include "index/dense/distance.h"
#include "index/graph/graph_parameters.h"
#include "index/section_file.h"
#include "index/segment_writer.h"

namespace temblor {

/// A hierarchical navigable small world: a graph in which near rows are linked, and above it ever
/// smaller ones of some of the rows, for long steps. A view over sections of an open file, which
/// must outlive it; immutable.
///
/// A file may be damaged: a reader checks each neighbour against rows(). kNoNeighbour, and whatever
/// stands behind it, are no neighbours.
class NeighbourGraph {
public:
    static constexpr uint32_t kNoNeighbour = UINT32_MAX;

    NeighbourGraph() = default;
    /// O(1) in the rows. kCorruption names the section.
    static Result<NeighbourGraph> open(const SectionFile& file, uint64_t rows);

    [[nodiscard]] uint64_t rows() const { return rows_; }
    [[nodiscard]] uint32_t m() const { return m_; }
    [[nodiscard]] uint32_t ef_construction() const { return ef_construction_; }
    /// Where searches begin: a row of the highest level.
    [[nodiscard]] uint32_t entry() const { return entry_; }
    /// Levels above the lowest.
    [[nodiscard]] uint32_t levels() const { return levels_; }

    /// 2 m() places of the lowest level. `row` is below rows().
    [[nodiscard]] std::span<const uint32_t> neighbours(uint32_t row) const {
        return base_.subspan(size_t{row} * 2 * m_, size_t{2} * m_);
    }
    /// m() places of `level`, which is above 0; none where the row does not reach it.
    [[nodiscard]] std::span<const uint32_t> neighbours(uint32_t row, uint32_t level) const {
        const uint64_t at = uint64_t{offsets_[row]} + level - 1;
        if (at >= offsets_[row + 1] || at >= upper_.size() / m_) return {};
        return upper_.subspan(at * m_, m_);
    }
    /// Every number.
    [[nodiscard]] Status validate() const;

private:
    uint64_t rows_ = 0;
    uint32_t m_ = 0;
    uint32_t ef_construction_ = 0;
    uint32_t entry_ = 0;
    uint32_t levels_ = 0;
    std::span<const uint32_t> base_;     ///< 2 m_ a row
    std::span<const uint32_t> offsets_;  ///< of each row in upper_, in units of m_; rows + 1
    std::span<const uint32_t> upper_;
};

/// Builds the graph of `vectors` (dim numbers each, at least one, fewer than 2^31) with Faiss and
/// writes its sections. Cosine compares what normalize() makes of them. Manhattan is
/// kInvalidArgument; kCancelled, kResourceExhausted (memory), kInternal (Faiss), kIoError.
/// O(rows * log(rows) * ef_construction * m * dim); the graph and, for cosine, the vectors are held
/// in memory.
Status write_neighbour_graph(std::span<const float> vectors, uint32_t dim, Distance distance,
                             const GraphParameters& parameters, SegmentWriter& writer,
                             Progress& progress);

}  // namespace temblor
