#pragma once

#include <vector>

#include "data/dense_dataset.h"
#include "data/progress.h"
#include "data/status.h"
#include "index/calibration.h"
#include "query/calibrate.h"
#include "query/dense/dense_searcher.h"

namespace temblor {

/// Measures accuracy@k against exact search over a grid of settings of a hashed index or a graph
/// and keeps the frontier for each k; a point's query_cut, heap_factor and patience are lists (of a
/// graph ef), slack and refine.
/// `queries` empty (0 rows): stored vectors are the queries, each without itself as an answer.
Result<std::vector<CalibrationFrontier>> calibrate_dense(const DenseSource& source,
                                                         const DenseDataset& queries,
                                                         const CalibrationOptions& options,
                                                         Progress& progress);

/// The cheapest measured setting whose accuracy@k reaches `recall`; past the frontier's end the
/// search is exact. kNotFound without a frontier, kInvalidArgument for recall outside (0, 1].
Result<DenseSearchParameters> dense_parameters_for_recall(
    const std::vector<CalibrationFrontier>& frontiers, uint32_t k, double recall);

}  // namespace temblor
