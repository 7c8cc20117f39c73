#pragma once

#include <cstdint>
#include <string_view>

#include "data/status.h"

namespace temblor {

/// How documents' whole vectors are stored for scoring (index/forward_store.h).
enum class ForwardKind : uint8_t {
    kRecord = 1,   ///< two-tier aligned records, 16-bit weights in two bytes: the fastest
    kCompact = 2,  ///< delta-coded components, 8-bit weights: the smallest
    kF32 = 3,      ///< the very floats that came in
};
std::string_view forward_kind_name(ForwardKind kind);
Result<ForwardKind> parse_forward_kind(std::string_view name);

/// How lists are cut before they are blocked.
enum class PruningKind : uint8_t {
    kGlobalThreshold = 1,  ///< the n_postings * dim largest values overall, at most n_postings *
                           ///< max_fraction a list
    kFixedSize = 2,        ///< the n_postings largest values of each list
};

/// Where vectors came from, which tells how their weights are spread.
enum class VectorSource : uint8_t {
    kLearned,  ///< SPLADE and its kin: few heavy weights, many light ones
    kText,     ///< terms weighed by BM25 or the like: weights of one size
};

/// Parameters of a blocked index, named as in the Seismic papers (Bruch et al., SIGIR 2024).
struct BuildParameters {
    PruningKind pruning = PruningKind::kGlobalThreshold;
    uint32_t n_postings = 500;       ///< mean postings a list keeps, over the lists that exist
    double max_fraction = 6;         ///< a list keeps at most n_postings * max_fraction
    double centroid_fraction = 0.4;  ///< centroids sampled per posting of a list, in (0, 1]
    double summary_energy = 0.6;     ///< share of a summary's L1 mass that is kept, in (0, 1]
    uint32_t min_cluster_size = 2;   ///< clusters of this many documents or fewer are dissolved
    uint32_t doc_cut = 15;           ///< heaviest components of a document that clustering looks at
    ForwardKind forward = ForwardKind::kRecord;
    uint32_t threads = 0;  ///< 0: all cores; the bytes built do not depend on it
    uint64_t seed = 42;

    /// Defaults for a collection; docs/benchmarks.md says where they come from.
    static BuildParameters for_collection(uint64_t rows, uint64_t nnz, VectorSource source);
    /// Names the first parameter out of its range.
    [[nodiscard]] Status validate() const;
};

}  // namespace temblor
