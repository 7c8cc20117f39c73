#pragma once

#include <cstdint>
#include <vector>

#include "data/sparse_vector.h"
#include "index/segment.h"

namespace temblor {

/// A query laid out for scoring: tables by internal component, integer weights for the first pass
/// and floats for the last. Only the entries a query sets are ever written, and reset by the next
/// one.
class QueryTables {
public:
    explicit QueryTables(const Segment& segment);

    /// Takes in `query`; components the segment does not have and zero values are left out.
    void set(SparseVectorView query, const ComponentMap& map);

    [[nodiscard]] size_t size() const { return components_.size(); }
    /// Internal components, ascending, with their values and integer weights.
    [[nodiscard]] const std::vector<uint32_t>& components() const { return components_; }
    [[nodiscard]] const std::vector<float>& values() const { return values_; }
    [[nodiscard]] const std::vector<uint16_t>& weights() const { return weights_; }
    [[nodiscard]] uint32_t total_weight() const { return total_weight_; }

    /// By component: weight = round(value / weight_unit()); zero for components not in the query.
    /// The weights add up to less than 2^24, so that a dot product with bytes fits 32 bits.
    [[nodiscard]] const uint16_t* weight_table() const { return weight_table_.data(); }
    [[nodiscard]] const float* value_table() const { return value_table_.data(); }
    /// Components at or above this have weight 0.
    [[nodiscard]] uint32_t limit() const { return limit_; }
    [[nodiscard]] float weight_unit() const { return weight_unit_; }

private:
    uint32_t limit_;
    std::vector<uint16_t> weight_table_;
    std::vector<float> value_table_;
    std::vector<uint32_t> components_;
    std::vector<float> values_;
    std::vector<uint16_t> weights_;
    uint32_t total_weight_ = 0;
    float weight_unit_ = 1;
};

}  // namespace temblor
