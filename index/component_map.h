#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "data/sparse_dataset.h"
#include "data/status.h"

namespace temblor {

/// Original components (any u32) and the internal ones that arrays are indexed by. Up to 65,536
/// components they are the same; above, internal ones are the ranks of the components that occur.
class ComponentMap {
public:
    ComponentMap() = default;
    /// `stored` empty: the identity over `dim` components.
    static Result<ComponentMap> open(uint64_t dim, std::span<const uint32_t> stored);

    /// One past the largest internal component.
    [[nodiscard]] uint32_t size() const { return size_; }
    /// The internal component, or nothing if it does not occur. O(1) or O(log size).
    [[nodiscard]] std::optional<uint32_t> internal(uint32_t component) const;
    [[nodiscard]] uint32_t original(uint32_t internal) const {
        return stored_.empty() ? internal : stored_[internal];
    }
    /// Ascending strictly. O(size).
    [[nodiscard]] Status validate() const;

    static constexpr uint64_t kIdentityLimit = 65536;

private:
    uint32_t size_ = 0;
    std::span<const uint32_t> stored_;
};

/// The components that occur in `dataset`, ascending. O(nnz), memory for the distinct ones.
std::vector<uint32_t> occurring_components(const SparseDataset& dataset);

}  // namespace temblor
