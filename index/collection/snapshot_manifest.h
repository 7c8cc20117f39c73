#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "data/status.h"
#include "index/collection/schema.h"

namespace temblor {

/// A file of a snapshot.
struct SnapshotFile {
    std::string name;  ///< "db/NAME" or "segments/NUMBER/NAME"
    uint64_t bytes = 0;
    uint64_t xxh3 = 0;  ///< XXH3-64 of its bytes

    bool operator==(const SnapshotFile&) const = default;
};

/// What a snapshot says of itself: its first member, manifest.json.
struct SnapshotManifest {
    static constexpr uint64_t kFormatVersion = 1;
    /// More than any collection's manifest takes.
    static constexpr uint64_t kMaxBytes = uint64_t{64} << 20;

    Schema schema;
    uint64_t points = 0;
    uint64_t last_ordinal = 0;
    std::vector<SnapshotFile> files;  ///< in the order of the members that follow

    /// One JSON object whose last member is the XXH3-64 of all text before it.
    [[nodiscard]] std::string to_json() const;
    /// Names are checked by is_snapshot_name() and occur once. Errors: kCorruption, kUnimplemented
    /// (another format version).
    static Result<SnapshotManifest> from_json(std::string_view json);

    bool operator==(const SnapshotManifest&) const = default;
};

/// True for the names that a snapshot's files may have. None of them leaves the folder that it is
/// put under.
bool is_snapshot_name(std::string_view name);

}  // namespace temblor
