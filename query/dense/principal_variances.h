#pragma once

#include <vector>

#include "data/status.h"
#include "query/dense/row_products.h"

namespace temblor {

/// The variances of the rows along their principal directions, largest first: the spectrum of their
/// covariance matrix, by Faiss's PCA. At least two rows. O(rows * dim^2 + dim^3) on the threads
/// that OpenMP gives.
Result<std::vector<float>> principal_variances(const RowBlock& rows);

}  // namespace temblor
