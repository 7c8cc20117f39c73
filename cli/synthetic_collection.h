#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "data/progress.h"
#include "data/sparse_dataset.h"
#include "data/status.h"

namespace temblor::cli {

/// A made-up collection whose statistics follow learned sparse vectors (SPLADE on MS MARCO), for
/// trials and tests without any data. Documents belong to latent topics, so that blocks of similar
/// documents exist; the lengths of lists are skewed (Zipf, none past half of the documents); the
/// values of a document fall as max * exp(-4 rank / nnz) with lognormal noise, its topics' words
/// first. Queries keep heavy components of a document and light ones of its topics.
struct SyntheticParameters {
    uint64_t documents = 0;
    uint64_t queries = 0;
    uint32_t dim = 30522;
    uint64_t topics = 0;         ///< 0: one for every 200 documents
    double mean_nnz = 120;       ///< of documents; each between a sixth and 2.5 times of it
    double mean_query_nnz = 43;  ///< of queries
    uint64_t seed = 42;

    /// Names the first parameter out of its range.
    [[nodiscard]] Status validate() const;
};

struct SyntheticCollection {
    SparseDataset documents;
    SparseDataset queries;
};

/// The same parameters give the same vectors on one machine type, whatever else runs. Memory: the
/// two datasets, and 1.6 KB a topic. O(documents * nnz * log nnz).
Result<SyntheticCollection> make_synthetic_collection(const SyntheticParameters& parameters,
                                                      Progress& progress);

}  // namespace temblor::cli
