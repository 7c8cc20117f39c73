#pragma once

#include <cstdint>

namespace temblor {

/// What a collection takes and keeps; every number is a default that CollectionOptions can change
/// or a bound on what one call may carry.
struct CollectionLimits {
    static constexpr uint64_t kBatchPoints = 100'000;
    static constexpr uint64_t kBatchBytes = uint64_t{64} << 20;
    static constexpr uint64_t kIdBytes = 512;
    static constexpr uint64_t kNameBytes = 255;
    /// Of fewer dense vectors all are scored faster than lists or graphs are walked.
    static constexpr uint64_t kFewestIndexedRows = 4096;
    static constexpr uint64_t kPayloadBytes = uint64_t{4} << 20;
};

}  // namespace temblor
