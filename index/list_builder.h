#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "data/sparse_dataset.h"
#include "index/blocked_lists.h"
#include "index/build_parameters.h"
#include "index/clustering.h"
#include "index/static_pruning.h"

namespace temblor {

/// One finished list; positions in `record` are relative to the vectors here.
struct BuiltList {
    ListRecord record;
    std::vector<uint32_t> rows;  ///< postings, block after block
    std::vector<BlockRecord> blocks;
    std::vector<std::byte> summaries;  ///< in the layout of ListView, a multiple of 8 bytes
};

/// Turns the kept documents of a list into blocks with transposed, quantised summaries. A block's
/// summary is the coordinate-wise maximum over its documents, cut to the heaviest entries that hold
/// `summary_energy` of its L1 mass. One object a thread.
class ListBuilder {
public:
    ListBuilder(const SparseDataset& dataset, const HeavyEntries& heavy, uint32_t components,
                const BuildParameters& parameters);

    /// O(postings * nnz of a document) beside the clustering.
    void build(uint32_t list, std::span<const uint32_t> rows, BuiltList& out);

private:
    void summarise(std::span<const uint32_t> rows, uint32_t block, BlockRecord& record);
    void cut_to_energy(float largest, double mass);
    void encode(BuiltList& out);

    const SparseDataset& dataset_;
    const BuildParameters& parameters_;
    uint32_t components_;
    Clusterer clusterer_;
    Blocking blocking_;
    std::vector<float> maximum_;     ///< by component, zero between blocks
    std::vector<uint32_t> touched_;  ///< components of the summary under way
    std::vector<uint32_t> seen_;     ///< components of the block
    std::vector<uint64_t> entries_;  ///< component << 32 | block << 4 | value
};

}  // namespace temblor
