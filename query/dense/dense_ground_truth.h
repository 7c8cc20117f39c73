#pragma once

#include <cstdint>

#include "data/dense_dataset.h"
#include "data/formats/relevance.h"
#include "data/progress.h"
#include "data/status.h"
#include "index/collection/schema.h"

namespace temblor {

/// The k best rows of every query, exactly: falling dense_score(), equal scores by row. For
/// kCosine both sides are scaled to length 1 first. Rows of -1 with score 0 fill up where there are
/// fewer than k rows.
///
/// Candidates come from matrix products (Faiss, on BLAS) with a margin for their rounding; they are
/// scored again by dense_score(), so the result does not depend on the number of threads or the
/// processor. A query whose margin holds too many candidates (many equal rows, huge values) is
/// scanned row by row. O(rows * queries * dim) time on `threads` threads (0: all cores); memory
/// beside the datasets: a copy of 4,096 queries and of 16,384 rows, and candidates for half a GB.
///
/// Errors: kInvalidArgument for dimensions that differ and for kManhattan, kResourceExhausted for
/// over 2^31 - 1 rows, 2^32 - 1 queries or more answers than memory holds, kCancelled.
Result<GroundTruth> dense_ground_truth(const DenseDataset& rows, const DenseDataset& queries,
                                       Distance distance, uint32_t k, uint32_t threads,
                                       Progress& progress);

}  // namespace temblor
