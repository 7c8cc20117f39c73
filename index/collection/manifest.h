#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "data/status.h"

namespace temblor {

/// A segment that belongs to a collection.
struct SegmentEntry {
    uint64_t number = 0;  ///< names its folder; never used twice
    uint64_t rows = 0;

    bool operator==(const SegmentEntry&) const = default;
};

/// Which segments a collection is made of. Kept in the database, changed in the same batch as what
/// follows from the change.
struct Manifest {
    std::vector<SegmentEntry> segments;  ///< in the order of their numbers
    uint64_t next_segment = 1;
    /// Points with ordinals up to here are in segments; those above are in memory.
    uint64_t sealed_through = 0;

    [[nodiscard]] std::string to_json() const;
    /// Errors: kCorruption.
    static Result<Manifest> from_json(std::string_view json);

    bool operator==(const Manifest&) const = default;
};

}  // namespace temblor
