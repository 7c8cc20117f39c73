#pragma once

#include <chrono>
#include <cstdint>

#include "data/io/file_system.h"
#include "index/collection/database.h"
#include "index/collection/limits.h"

namespace temblor {

/// How a collection is kept; nothing of it changes the points or what exact searches find.
struct CollectionOptions {
    FileSystem* files = &posix_file_system();
    DatabaseOptions database;
    /// A memtable is sealed into a segment when it holds this many points or bytes.
    uint32_t memtable_points = 16'384;
    uint64_t memtable_bytes = uint64_t{64} << 20;
    /// Full memtables that may wait for sealing; then writes wait, and after the deadline they are
    /// refused.
    uint32_t waiting_memtables = 2;
    std::chrono::milliseconds write_deadline{10'000};
    /// So many segments of one size class are merged into one; a class is `merge_factor` times the
    /// one below.
    uint32_t merge_factor = 4;
    /// A segment with more than this share of dead rows is written anew.
    double max_dead_share = 0.25;
    /// Segments are not merged past this many points.
    uint64_t max_segment_points = 4'000'000;
    /// A dense vector has hashed lists or a graph in segments with so many rows that have it.
    uint64_t fewest_indexed_rows = CollectionLimits::kFewestIndexedRows;
    /// Seal, merge and check on a thread of its own. Off: only flush(), optimize() and check() do.
    bool background = true;
    /// Read every segment once after opening, in the background, and rebuild damaged ones.
    bool scrub = true;
    /// Threads of a background build.
    uint32_t build_threads = 1;
    /// Writes that add points are refused when the disk has less room than this.
    uint64_t reserve_bytes = uint64_t{64} << 20;
};

}  // namespace temblor
