#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace temblor {

/// A segment as the policy sees it.
struct SegmentSize {
    uint64_t rows = 0;
    uint64_t live = 0;
};

struct MergePolicy {
    uint32_t factor = 4;
    uint64_t smallest = 16'384;  ///< segments up to this size are of the lowest class
    uint64_t largest = 4'000'000;
    double max_dead_share = 0.25;

    /// The segments to write as one, by position; empty when all is well. Size-tiered: `factor`
    /// segments of one class (a class is `factor` times the one below) become one of the next, so a
    /// point is rewritten O(log n) times and O(factor * log n) segments remain. A segment with too
    /// many dead rows is rewritten alone.
    [[nodiscard]] std::vector<size_t> choose(const std::vector<SegmentSize>& segments) const;

    /// The segments to write as one, group by group, so that few segments without dead rows remain
    /// and none is made past `largest`. What is well as it is, is in no group. First fit by falling
    /// size: at most 11/9 of the fewest segments, and one; packing the outcome again changes
    /// nothing.
    [[nodiscard]] std::vector<std::vector<size_t>> pack(
        const std::vector<SegmentSize>& segments) const;
};

}  // namespace temblor
