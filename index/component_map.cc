#include "index/component_map.h"

#include <algorithm>
#include <vector>

namespace temblor {

Result<ComponentMap> ComponentMap::open(uint64_t dim, std::span<const uint32_t> stored) {
    ComponentMap map;
    if (stored.empty() && dim > kIdentityLimit) {
        return Status::corruption("section components: missing for " + std::to_string(dim) +
                                  " components");
    }
    if (stored.size() >= UINT32_MAX) {
        return Status::corruption("section components: over 2^32 - 2 entries");
    }
    map.stored_ = stored;
    map.size_ = static_cast<uint32_t>(stored.empty() ? dim : stored.size());
    return map;
}

std::optional<uint32_t> ComponentMap::internal(uint32_t component) const {
    if (stored_.empty()) {
        if (component >= size_) return std::nullopt;
        return component;
    }
    const auto found = std::lower_bound(stored_.begin(), stored_.end(), component);
    if (found == stored_.end() || *found != component) return std::nullopt;
    return static_cast<uint32_t>(found - stored_.begin());
}

Status ComponentMap::validate() const {
    for (size_t i = 1; i < stored_.size(); ++i) {
        if (stored_[i - 1] >= stored_[i]) {
            return Status::corruption("section components: entry " + std::to_string(i) +
                                      " does not ascend");
        }
    }
    return Status::ok();
}

std::vector<uint32_t> occurring_components(const SparseDataset& dataset) {
    // Components are 32 bits: one bit each costs at most 512 MB, and only as far as dim reaches.
    const uint64_t dim = std::min<uint64_t>(dataset.dim(), uint64_t{1} << 32);
    std::vector<uint64_t> seen((dim + 63) / 64);
    for (const uint32_t c : dataset.components()) seen[c / 64] |= uint64_t{1} << (c % 64);
    std::vector<uint32_t> components;
    for (uint64_t word = 0; word < seen.size(); ++word) {
        for (uint64_t bits = seen[word]; bits != 0; bits &= bits - 1) {
            components.push_back(
                static_cast<uint32_t>(word * 64 + static_cast<uint64_t>(__builtin_ctzll(bits))));
        }
    }
    return components;
}

}  // namespace temblor
