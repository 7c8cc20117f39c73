#pragma once

#include <cstdint>
#include <vector>

#include "data/progress.h"
#include "data/sparse_dataset.h"
#include "data/status.h"
#include "index/calibration.h"
#include "index/segment.h"

namespace temblor {

/// Queries made of documents: a biased draw of a document's heavy components and a few light ones,
/// the document itself not counted as its own answer. Deterministic in `seed`.
Result<SparseDataset> sample_queries_from_documents(const Segment& segment, uint32_t count,
                                                    uint64_t seed);

struct CalibrationOptions {
    std::vector<uint32_t> ks{10, 100};
    uint32_t max_queries = 600;
    uint32_t threads = 0;
};

/// Measures accuracy@k against exact search and documents scored over a grid of settings and keeps
/// the frontier for each k. `queries` empty (0 rows): made from documents.
Result<std::vector<CalibrationFrontier>> calibrate(const std::shared_ptr<const Segment>& segment,
                                                   const SparseDataset& queries,
                                                   const CalibrationOptions& options,
                                                   Progress& progress);

}  // namespace temblor
