#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "index/collection/collection_segment.h"
#include "index/collection/database.h"
#include "index/collection/folder_hold.h"
#include "index/collection/memtable.h"
#include "index/collection/schema.h"
#include "index/dead_rows.h"

namespace temblor {

/// The first `rows` rows of a memtable.
struct MemtableView {
    std::shared_ptr<const Memtable> memtable;
    uint32_t rows = 0;
    DeadRows dead;
};

struct SegmentView {
    std::shared_ptr<const CollectionSegment> segment;
    DeadRows dead;
    std::shared_ptr<const PayloadIndexes> indexes;
};

/// A collection at one moment: what a reader pins, and all it needs. Immutable. Every live point is
/// in exactly one place of it; the database is its own at the same moment.
struct Version {
    std::shared_ptr<const FolderHold> hold;  ///< first, so that it is let go last
    uint64_t last_ordinal = 0;               ///< of the last write that is in it
    uint64_t points = 0;
    std::shared_ptr<const Schema> schema;
    std::vector<SegmentView> segments;
    std::vector<MemtableView> memtables;  ///< oldest first; writes go to the last
    std::shared_ptr<const DatabaseView> database;
    /// Not ok only when the database can not even be read since the disk failed: then there is
    /// nothing else in it, and readers answer with this.
    Status error;
};

}  // namespace temblor
