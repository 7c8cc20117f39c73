#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "data/status.h"

namespace temblor {

/// Where an open segment's bytes live.
enum class Residency : uint8_t {
    kMapped,  ///< mapped from the file, read on demand: opening costs almost nothing
    kLoaded,  ///< copied to memory on huge pages: 10 to 15 % faster searches, opening reads all
};

/// The bytes of a file, aligned to 64, and what keeps them.
struct ResidentBytes {
    std::shared_ptr<const void> owner;
    std::span<const std::byte> bytes;
};
/// kNotFound, kIoError, kResourceExhausted (no memory for a copy).
Result<ResidentBytes> open_resident(const std::string& path, Residency residency);

}  // namespace temblor
