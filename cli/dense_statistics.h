#pragma once

#include <cstdint>
#include <string>

#include "data/dense_dataset.h"
#include "data/status.h"

namespace temblor::cli {

/// What growing a collection holds on to.
struct DenseStatistics {
    double nearest = 0;  ///< mean cosine of a row and its nearest other row
    double tenth = 0;    ///< mean cosine of a row and its tenth nearest other row
    double share16 = 0;  ///< of the variance, in the 16 largest principal directions
    double share64 = 0;  ///< in the 64 largest
};

/// Sets the similarities: means over 1,000 rows drawn by `seed`, their neighbours sought among all
/// of `sample`, which has 12 rows at least. Takes a copy of `sample`. O(1,000 * rows * dim).
Status measure_neighbours(const DenseDataset& sample, uint64_t seed, DenseStatistics& statistics);
/// Sets the variances, of 10,000 rows drawn by `seed`. O(10,000 * dim^2 + dim^3).
Status measure_spectrum(const DenseDataset& sample, uint64_t seed, DenseStatistics& statistics);
/// Both.
Result<DenseStatistics> measure_dense(const DenseDataset& sample, uint64_t seed);

/// `rows` rows of `data`, drawn by `seed` without repeats; `rows` at most data.rows().
DenseDataset draw_rows(const DenseDataset& data, uint64_t rows, uint64_t seed);

}  // namespace temblor::cli
