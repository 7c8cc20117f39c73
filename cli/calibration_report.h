#pragma once

#include <span>
#include <string>

#include "index/calibration.h"

namespace boost::json {
class array;
}

namespace temblor::cli {

/// The frontiers as a table for people, a block for each k.
std::string calibration_table(std::span<const CalibrationFrontier> frontiers);

/// An array of {k, queries, from_documents, points: [{accuracy, documents_scored, ...}]}.
boost::json::array calibration_json(std::span<const CalibrationFrontier> frontiers);

}  // namespace temblor::cli
