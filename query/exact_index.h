#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "data/progress.h"
#include "data/sparse_dataset.h"
#include "data/sparse_vector.h"
#include "data/status.h"
#include "query/search_parameters.h"

namespace temblor {

class Segment;

/// Exact top-k by accumulating value-storing lists over windows of documents (the layout of SINDI,
/// arXiv 2509.08395): the oracle of tests, and what makes ground truth. Held in memory, f32 values.
/// Immutable; search from any number of threads, each with its own scratch.
class ExactIndex {
public:
    ExactIndex();
    ~ExactIndex();
    ExactIndex(ExactIndex&&) noexcept;
    ExactIndex& operator=(ExactIndex&&) noexcept;

    /// O(nnz) time, 6 bytes an entry and 4 bytes a (list, window).
    static Result<ExactIndex> from_dataset(const SparseDataset& dataset, Progress& progress);
    /// The same from a segment's forward store (its weights as stored).
    static Result<ExactIndex> from_segment(const Segment& segment, Progress& progress);

    [[nodiscard]] uint64_t rows() const;
    [[nodiscard]] uint64_t bytes() const;

    struct Scratch {
        std::vector<float> window;
        std::vector<Hit> heap;
    };
    /// The k best documents, falling score, ties by row; zero scores fill up to min(k, rows()).
    /// `query`: components ascend, values finite (negative allowed).
    void search(SparseVectorView query, uint32_t k, Scratch& scratch, std::vector<Hit>& hits) const;

    /// Every row of `queries`, in order, on `threads` threads (0: all cores).
    Result<std::vector<std::vector<Hit>>> search_batch(const SparseDataset& queries, uint32_t k,
                                                       uint32_t threads, Progress& progress) const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace temblor
