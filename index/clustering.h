#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "data/sparse_dataset.h"
#include "index/build_parameters.h"

namespace temblor {

/// The heaviest components of every document, which is what clustering compares documents by.
struct HeavyEntries {
    uint32_t doc_cut = 0;
    std::vector<uint32_t> components;  ///< rows * doc_cut, heaviest first
    std::vector<float> values;         ///< 0 where a document has fewer

    HeavyEntries(const SparseDataset& dataset, uint32_t doc_cut);
};

/// The documents of a list, block after block, rows ascending in each.
struct Blocking {
    std::vector<uint32_t> rows;
    std::vector<uint32_t> begins;  ///< first position of each block
};

/// Cuts lists into blocks of similar documents: a share `centroid_fraction` of the list's documents
/// is drawn as centroids, every document joins the one with which its `doc_cut` heaviest components
/// have the largest inner product, and clusters of `min_cluster_size` documents or fewer are
/// dissolved, their documents joining the best of the others (one pass, no Lloyd iterations;
/// Seismic, SIGIR 2024, 5.1).
///
/// One object a thread; memory O(components) once, nothing proportional to it for a list.
class Clusterer {
public:
    Clusterer(const SparseDataset& dataset, const HeavyEntries& heavy, uint32_t components,
              const BuildParameters& parameters);

    /// Deterministic in (seed, list, rows). O(rows * doc_cut * centroids that share a component).
    void cluster(uint32_t list, std::span<const uint32_t> rows, Blocking& out);

private:
    struct CentroidEntry {
        uint32_t centroid;
        float value;
    };
    void choose_centroids(uint32_t list, std::span<const uint32_t> rows);
    void invert_centroids(std::span<const uint32_t> rows);
    uint32_t nearest(uint32_t row);

    const SparseDataset& dataset_;
    const HeavyEntries& heavy_;
    const BuildParameters& parameters_;
    std::vector<uint32_t> centroids_;  ///< positions in the list
    std::vector<uint32_t> begin_;      ///< by component: first entry in inverted_
    std::vector<uint32_t> count_;      ///< by component: entries
    std::vector<uint32_t> touched_;
    std::vector<CentroidEntry> inverted_;
    std::vector<float> score_;
    std::vector<uint8_t> alive_;
    std::vector<uint32_t> assigned_;
    std::vector<uint32_t> size_;
    std::vector<uint32_t> pool_;
};

}  // namespace temblor
