#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "data/sparse_dataset.h"
#include "index/build_parameters.h"

namespace temblor {

/// The postings that survive: for each list the rows that keep it, ascending.
struct PrunedLists {
    std::vector<uint64_t> offsets;  ///< lists + 1
    std::vector<uint32_t> rows;
    std::vector<uint32_t> pruned;  ///< documents cut from each list
    std::vector<float> max_value;  ///< of each list, before the cut

    [[nodiscard]] std::span<const uint32_t> list(uint32_t l) const {
        return std::span(rows).subspan(offsets[l], offsets[l + 1] - offsets[l]);
    }
};

/// Cuts the inverted lists of `dataset`, whose components are all below `lists` and whose values
/// are not negative.
///
/// kGlobalThreshold keeps the n_postings * (lists that are not empty) largest values of the whole
/// collection, then at most n_postings * max_fraction a list; kFixedSize keeps the n_postings
/// largest values of each list. Equal values are kept by rising row, so the outcome is unique.
/// Entries of value 0 are never kept. O(nnz) time; 8 bytes a posting kept, beside the result.
PrunedLists prune_lists(const SparseDataset& dataset, uint32_t lists,
                        const BuildParameters& parameters);

}  // namespace temblor
