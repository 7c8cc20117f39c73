#pragma once

#include <vector>

#include "index/calibration.h"
#include "query/search_parameters.h"

namespace temblor {

/// The share of `truth` that is among `found`; 1 when there is no truth.
double share_found(const std::vector<Hit>& found, const std::vector<Hit>& truth);

/// A setting that was measured, and what a query costs with it in any unit.
struct MeasuredSetting {
    CalibrationPoint point;
    double cost = 0;
};
/// Those that buy accuracy with their cost, cheapest first.
std::vector<CalibrationPoint> cheapest_of(std::vector<MeasuredSetting> settings);

}  // namespace temblor
