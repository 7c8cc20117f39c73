#pragma once

#include <cstdint>
#include <vector>

#include "index/collection/version.h"

namespace temblor {

/// Collects where points die, and marks them all at once.
class Kills {
public:
    explicit Kills(Version& next)
        : next_(next), segments_(next.segments.size()), memtables_(next.memtables.size()) {}

    /// True when the point is in the active memtable, which nothing but the database remembers.
    bool add(uint64_t ordinal) {
        for (size_t m = next_.memtables.size(); m-- > 0;) {
            const MemtableView& view = next_.memtables[m];
            if (const auto row = view.memtable->row_of_ordinal(ordinal, view.rows)) {
                memtables_[m].push_back(*row);
                return m + 1 == next_.memtables.size();
            }
        }
        for (size_t s = 0; s < next_.segments.size(); ++s) {
            if (const auto row = next_.segments[s].segment->row_of(ordinal)) {
                segments_[s].push_back(*row);
                return false;
            }
        }
        return false;
    }
    void apply() {
        for (size_t s = 0; s < segments_.size(); ++s) {
            if (!segments_[s].empty())
                next_.segments[s].dead = next_.segments[s].dead.with(segments_[s]);
        }
        for (size_t m = 0; m < memtables_.size(); ++m) {
            if (!memtables_[m].empty())
                next_.memtables[m].dead = next_.memtables[m].dead.with(memtables_[m]);
        }
    }

private:
    Version& next_;
    std::vector<std::vector<uint32_t>> segments_;
    std::vector<std::vector<uint32_t>> memtables_;
};

}  // namespace temblor
