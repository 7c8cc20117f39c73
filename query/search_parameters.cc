#include "query/search_parameters.h"

#include <cmath>
#include <string>

namespace temblor {
namespace {

/// How far below the wish the best measured setting may stay before the search becomes exact.
constexpr double kEndTolerance = 0.005;

}  // namespace

Status SearchParameters::validate() const {
    if (k < 1) return Status::invalid_argument("k: 0, expected at least 1");
    if (query_cut < 1) return Status::invalid_argument("query_cut: 0, expected at least 1");
    if (!std::isfinite(heap_factor) || heap_factor < 0) {
        return Status::invalid_argument("heap_factor: " + std::to_string(heap_factor) +
                                        ", expected a number that is not negative");
    }
    return dense.validate().with_context("dense");
}

Result<const CalibrationPoint*> choose_calibrated(const std::vector<CalibrationFrontier>& frontiers,
                                                  uint32_t k, double recall) {
    if (!(recall > 0 && recall <= 1)) {
        return Status::invalid_argument("recall: " + std::to_string(recall) +
                                        ", expected a number in (0, 1]");
    }
    // The frontier of the nearest k that was measured, by ratio.
    const CalibrationFrontier* nearest = nullptr;
    const auto distance = [&](uint32_t other) {
        return std::abs(std::log(static_cast<double>(other) / k));
    };
    for (const CalibrationFrontier& f : frontiers) {
        if (f.k > 0 && (nearest == nullptr || distance(f.k) < distance(nearest->k))) nearest = &f;
    }
    if (nearest == nullptr) {
        return Status::not_found("not calibrated, so no setting is known for recall " +
                                 std::to_string(recall));
    }
    for (size_t i = 0; i < nearest->points.size(); ++i) {
        const CalibrationPoint& p = nearest->points[i];
        const bool last = i + 1 == nearest->points.size();
        if (static_cast<double>(p.accuracy) >= recall - (last ? kEndTolerance : 0)) return &p;
    }
    return nullptr;
}

Result<SearchParameters> parameters_for_recall(const Segment& segment, uint32_t k, double recall) {
    auto choice = choose_calibrated(segment.calibration(), k, recall);
    if (!choice.is_ok()) {
        if (choice.status().code() != StatusCode::kNotFound) return std::move(choice).status();
        return Status::not_found(segment.path() + ": " + choice.status().message() +
                                 "; run `temblor calibrate --index " + segment.path() + "`");
    }
    SearchParameters parameters;
    parameters.k = k;
    if (*choice == nullptr) {
        parameters.exact = true;
        return parameters;
    }
    parameters.query_cut = (*choice)->query_cut;
    parameters.heap_factor = (*choice)->heap_factor;
    parameters.patience = (*choice)->patience;
    return parameters;
}

void SearchCounters::add(const SearchCounters& other) {
    lists += other.lists;
    summary_entries += other.summary_entries;
    blocks += other.blocks;
    blocks_visited += other.blocks_visited;
    blocks_skipped += other.blocks_skipped;
    documents_scored += other.documents_scored;
    refined += other.refined;
    bytes_touched += other.bytes_touched;
    exact = exact || other.exact;
}

}  // namespace temblor
