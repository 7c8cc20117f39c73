#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "data/status.h"

namespace temblor {

/// One point of the measured accuracy-cost frontier of a segment.
struct CalibrationPoint {
    float accuracy = 0;          ///< mean share of the exact top k found
    float documents_scored = 0;  ///< mean per query: what cost is measured by
    float summary_entries = 0;   ///< mean per query
    // The setting; of dense vectors lists (of a graph ef), slack and refine
    // (query/dense/dense_parameters.h).
    uint32_t query_cut = 0;
    float heap_factor = 0;
    uint32_t patience = 0;
};

/// Frontiers by k, cheapest point first, accuracy rising. Stored in the segment.
struct CalibrationFrontier {
    uint32_t k = 0;
    uint32_t queries = 0;         ///< sample size
    bool from_documents = false;  ///< queries were made from documents
    std::vector<CalibrationPoint> points;
};

std::vector<std::byte> serialize_calibration(std::span<const CalibrationFrontier> frontiers);
Result<std::vector<CalibrationFrontier>> parse_calibration(std::span<const std::byte> bytes);

}  // namespace temblor
