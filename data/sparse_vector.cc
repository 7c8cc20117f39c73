#include "data/sparse_vector.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

namespace temblor {
namespace {

std::string entry_error(size_t entry, const std::string& what) {
    return "entry " + std::to_string(entry) + ": " + what;
}

}  // namespace

void SparseVector::sort_and_merge() {
    TEMBLOR_CHECK(components.size() == values.size());
    if (std::adjacent_find(components.begin(), components.end(), std::greater_equal<>()) ==
        components.end()) {
        return;
    }
    std::vector<uint32_t> order(components.size());
    std::iota(order.begin(), order.end(), 0U);
    std::stable_sort(order.begin(), order.end(),
                     [this](uint32_t a, uint32_t b) { return components[a] < components[b]; });
    std::vector<uint32_t> merged_components;
    std::vector<float> merged_values;
    merged_components.reserve(components.size());
    merged_values.reserve(components.size());
    for (const uint32_t entry : order) {
        if (!merged_components.empty() && merged_components.back() == components[entry]) {
            merged_values.back() += values[entry];
        } else {
            merged_components.push_back(components[entry]);
            merged_values.push_back(values[entry]);
        }
    }
    components = std::move(merged_components);
    values = std::move(merged_values);
}

Status validate_sparse_vector(SparseVectorView vector, ValueRule rule, uint64_t dim) {
    if (vector.components.size() != vector.values.size()) {
        return Status::invalid_argument(std::to_string(vector.components.size()) +
                                        " components but " + std::to_string(vector.values.size()) +
                                        " values");
    }
    for (size_t i = 0; i < vector.nnz(); ++i) {
        const uint32_t component = vector.components[i];
        if (i > 0 && component <= vector.components[i - 1]) [[unlikely]] {
            return Status::invalid_argument(entry_error(
                i, "component " + std::to_string(component) + " after " +
                       std::to_string(vector.components[i - 1]) + " (must ascend strictly)"));
        }
        const float value = vector.values[i];
        if (!std::isfinite(value)) [[unlikely]] {
            return Status::invalid_argument(entry_error(
                i, std::string("value is ") + (std::isnan(value) ? "NaN" : "infinite") +
                       " (component " + std::to_string(component) + "; must be finite)"));
        }
        if (value < 0 && rule == ValueRule::kNonNegative) [[unlikely]] {
            return Status::invalid_argument(
                entry_error(i, "value " + std::to_string(value) + " is negative (component " +
                                   std::to_string(component) +
                                   "; a block's summary bounds only scores of values >= 0)"));
        }
    }
    // Components ascend, so the last one is the largest.
    if (dim != 0 && vector.nnz() != 0 && vector.components.back() >= dim) {
        const auto first =
            std::lower_bound(vector.components.begin(), vector.components.end(), dim,
                             [](uint32_t component, uint64_t bound) { return component < bound; });
        return Status::invalid_argument(
            entry_error(static_cast<size_t>(first - vector.components.begin()),
                        "component " + std::to_string(*first) + " (must be below the dimension " +
                            std::to_string(dim) + ")"));
    }
    return Status::ok();
}

double inner_product(SparseVectorView a, SparseVectorView b) {
    double sum = 0;
    size_t i = 0;
    size_t j = 0;
    while (i < a.nnz() && j < b.nnz()) {
        const uint32_t left = a.components[i];
        const uint32_t right = b.components[j];
        if (left == right) sum += static_cast<double>(a.values[i]) * b.values[j];
        i += left <= right ? 1 : 0;
        j += right <= left ? 1 : 0;
    }
    return sum;
}

}  // namespace temblor
