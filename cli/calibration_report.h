#pragma once

#include <span>
#include <string>

#include "index/calibration.h"
#include "index/dense/dense_index_kind.h"

namespace boost::json {
class array;
}

namespace temblor::cli {

/// What a point's settings are called; what has no name is left out.
struct CalibrationNames {
    const char* query_cut = "query_cut";
    const char* heap_factor = "heap_factor";
    const char* patience = "patience";
};
/// Of an index of dense vectors.
CalibrationNames calibration_names(DenseIndexKind kind);

/// The frontiers as a table for people, a block for each k.
std::string calibration_table(std::span<const CalibrationFrontier> frontiers,
                              const CalibrationNames& names = {});

/// An array of {k, queries, from_documents, points: [{accuracy, documents_scored, summary_entries,
/// settings...}]}.
boost::json::array calibration_json(std::span<const CalibrationFrontier> frontiers,
                                    const CalibrationNames& names = {});

}  // namespace temblor::cli
