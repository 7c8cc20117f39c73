#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "data/io/file_system.h"
#include "data/row_bitmap.h"
#include "data/status.h"
#include "index/collection/limits.h"
#include "index/collection/schema.h"
#include "index/dense/vector_store.h"
#include "index/graph/neighbour_graph.h"
#include "index/hash/hashed_lists.h"
#include "index/section_file.h"

namespace temblor {

/// A named dense vector of every row of a segment that has it, mapped from its file: a section with
/// the rows that have it (a portable Roaring bitmap), one with their values, row after row, and
/// where the settings ask for it and rows are many, the sections of hashed lists or a graph over
/// them.
/// Immutable.
class DenseMatrix {
public:
    /// Checks that the sections agree; the values are only touched when they are read.
    static Result<DenseMatrix> open(const std::string& path, const DenseVectorSettings& settings,
                                    uint64_t rows);

    [[nodiscard]] const RowBitmap& present() const { return present_; }
    [[nodiscard]] uint32_t size() const { return size_; }
    /// The vector of the i-th row of present().
    [[nodiscard]] std::span<const float> at(uint64_t i) const {
        return values_.subspan(i * size_, size_);
    }
    /// The lists and the graph that find rows, null where there are none, and the store that they
    /// are over: all count the rows of present().
    [[nodiscard]] const HashedLists* hashed() const { return hashed_ ? &*hashed_ : nullptr; }
    [[nodiscard]] const NeighbourGraph* graph() const { return graph_ ? &*graph_ : nullptr; }
    [[nodiscard]] bool indexed() const { return hashed_ || graph_; }
    [[nodiscard]] const VectorStore& store() const { return store_; }
    /// The row of the segment that is the i-th of present(). O(1) or O(log rows).
    [[nodiscard]] uint32_t row_at(uint32_t i) const {
        uint32_t row = i;
        if (!full_) present_.select(i, &row);
        return row;
    }
    /// Whether every row of the segment has the vector.
    [[nodiscard]] bool full() const { return full_; }
    [[nodiscard]] uint64_t bytes() const { return file_.bytes().size(); }
    [[nodiscard]] const SectionFile& file() const { return file_; }

private:
    SectionFile file_;
    RowBitmap present_;
    std::span<const float> values_;
    VectorStore store_;
    std::optional<HashedLists> hashed_;
    std::optional<NeighbourGraph> graph_;
    uint32_t size_ = 0;
    bool full_ = false;
};

/// How lists and graphs are made.
struct DenseIndexing {
    uint64_t fewest_rows = CollectionLimits::kFewestIndexedRows;  ///< of fewer neither is made
    HashParameters hash;                                          ///< graphs take its threads
};

/// Writes such a file. `values` has present.cardinality() * settings.size entries. Errors:
/// kIoError, kCancelled, kResourceExhausted.
Status write_dense_matrix(const std::string& path, const DenseVectorSettings& settings,
                          const RowBitmap& present, std::span<const float> values,
                          const DenseIndexing& indexing, FileSystem& files, Progress& progress);

}  // namespace temblor
