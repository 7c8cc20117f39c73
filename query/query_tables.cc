#include "query/query_tables.h"

#include <algorithm>

namespace temblor {
namespace {

// Records of narrow segments name components by any u16, so the tables cover them all.
constexpr uint32_t kNarrow = 65536;

}  // namespace

QueryTables::QueryTables(const Segment& segment)
    : limit_(std::max(segment.components().size(), kNarrow)),
      weight_table_(size_t{limit_} + 2),
      value_table_(size_t{limit_} + 1) {}

void QueryTables::set(SparseVectorView query, const ComponentMap& map) {
    for (const uint32_t c : components_) {
        weight_table_[c] = 0;
        value_table_[c] = 0;
    }
    components_.clear();
    values_.clear();
    weights_.clear();
    float largest = 0;
    double sum = 0;
    for (size_t i = 0; i < query.nnz(); ++i) {
        const auto c = map.internal(query.components[i]);
        if (!c.has_value() || !(query.values[i] > 0)) continue;
        components_.push_back(*c);
        values_.push_back(query.values[i]);
        largest = std::max(largest, query.values[i]);
        sum += static_cast<double>(query.values[i]);
    }
    if (components_.empty()) {
        total_weight_ = 0;
        return;
    }
    // Half a step a component may be added by rounding up: leave room for it below 2^24.
    constexpr double kLargest = 32767;
    const double room = (1 << 24) - 1 - static_cast<double>(components_.size());
    const double steps =
        std::min(kLargest / static_cast<double>(largest), std::max(room, 1.0) / sum);
    weight_unit_ = static_cast<float>(1 / steps);
    total_weight_ = 0;
    for (size_t i = 0; i < components_.size(); ++i) {
        const auto weight = static_cast<uint16_t>(
            std::clamp(static_cast<double>(values_[i]) * steps + 0.5, 1.0, kLargest));
        weights_.push_back(weight);
        total_weight_ += weight;
        weight_table_[components_[i]] = weight;
        value_table_[components_[i]] = values_[i];
    }
}

}  // namespace temblor
