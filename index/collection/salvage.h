#pragma once

#include <cstdint>
#include <string>

#include "data/progress.h"
#include "data/status.h"
#include "index/collection/collection_options.h"
#include "index/collection/schema.h"

namespace temblor {

/// What was found in a database that was not whole.
struct SalvageReport {
    uint64_t points = 0;       ///< there now
    uint64_t dropped = 0;      ///< points without vectors, unreadable or superseded: removed
    uint64_t restored = 0;     ///< points whose id was not in the table of ids
    bool schema_lost = false;  ///< the one given was taken
};

/// For a collection in `folder` whose database does not open: takes what RocksDB's repair can read,
/// makes ids, points and counts agree again, and forgets all segments, so that opening the
/// collection rebuilds them from what is left. Points may be lost, and deleted ones may be back.
/// Nobody may have the collection open. May be called again after an error or an interruption.
/// Memory: the ids of all points. Errors: kCorruption, kIoError, kResourceExhausted, kCancelled.
Result<SalvageReport> salvage_collection(const std::string& folder, const Schema& otherwise,
                                         const CollectionOptions& options, Progress& progress);

}  // namespace temblor
