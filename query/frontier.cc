#include "query/frontier.h"

#include <algorithm>

namespace temblor {

double share_found(const std::vector<Hit>& found, const std::vector<Hit>& truth) {
    if (truth.empty()) return 1;
    size_t hits = 0;
    for (const Hit& t : truth) {
        hits +=
            std::any_of(found.begin(), found.end(), [&](const Hit& f) { return f.row == t.row; })
                ? 1
                : 0;
    }
    return static_cast<double>(hits) / static_cast<double>(truth.size());
}

std::vector<CalibrationPoint> cheapest_of(std::vector<MeasuredSetting> settings) {
    std::sort(settings.begin(), settings.end(),
              [](const MeasuredSetting& a, const MeasuredSetting& b) {
                  return a.cost != b.cost ? a.cost < b.cost : a.point.accuracy > b.point.accuracy;
              });
    std::vector<CalibrationPoint> frontier;
    for (const MeasuredSetting& s : settings) {
        if (frontier.empty() || s.point.accuracy > frontier.back().accuracy)
            frontier.push_back(s.point);
    }
    return frontier;
}

}  // namespace temblor
