#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "data/progress.h"
#include "data/status.h"
#include "index/collection/collection_options.h"
#include "index/collection/version.h"
#include "index/collection/write_operations.h"
#include "index/collection/write_queue.h"
#include "index/payload/payload_type.h"

namespace temblor {

/// What one of a collection's own threads is doing.
struct CollectionWork {
    std::string kind;   ///< "seal", "merge", "rebuild", "index" or "check"
    std::string stage;  ///< as Progress has it; empty: the thread has nothing to do
    uint64_t done = 0;
    uint64_t total = 0;
    std::chrono::system_clock::time_point started;
};

/// How a collection is doing.
struct CollectionStats {
    uint64_t points = 0;
    uint64_t segments = 0;
    uint64_t segment_bytes = 0;  ///< on disk, mapped
    uint64_t dead_rows = 0;      ///< in segments
    uint64_t memtable_points = 0;
    uint64_t memtable_bytes = 0;
    uint64_t waiting_memtables = 0;  ///< full, not sealed yet
    Database::Memory database_memory;
    uint64_t database_bytes = 0;
    uint64_t last_ordinal = 0;
    uint64_t throttled_writes = 0;  ///< that waited for sealing since the collection was opened
    uint64_t refused_writes = 0;    ///< for want of room
    uint64_t unindexed_points = 0;  ///< in no segment, because theirs was damaged: being rebuilt
    std::string write_error;        ///< why writes are refused at the moment; empty: they are not
    std::string background_error;   ///< of the last seal, merge or check; empty: it went well
    std::vector<std::string> damaged;  ///< what was found damaged since the collection was opened
};

/// A durable, updatable set of points. RocksDB holds the truth; segments are derived from it and
/// can be rebuilt at any time; new points are searchable at once, from a memtable.
///
/// Guarantees. A write is on disk before it returns, whole or not at all. Readers pin a Version,
/// never wait for writers and always see one state. Writes are in one order. After an error of the
/// disk nothing unacknowledged is visible; writes are refused until they can be durable again.
/// Thread-safe.
class Collection {
public:
    /// Makes a collection in `folder`, which must not exist or be empty. Errors: kAlreadyExists,
    /// kInvalidArgument (schema), kIoError, kResourceExhausted.
    static Result<std::shared_ptr<Collection>> create(const std::string& folder,
                                                      const Schema& schema,
                                                      const CollectionOptions& options);
    /// Opens it: replays the log, fills the memtable, maps the segments. A damaged segment is moved
    /// to `quarantine/` and rebuilt from the database in the background while the rest serves.
    /// What does not belong there (a crash left it) is removed. Errors: kNotFound, kCorruption (the
    /// database), kIoError.
    static Result<std::shared_ptr<Collection>> open(const std::string& folder,
                                                    const CollectionOptions& options);
    ~Collection();
    Collection(const Collection&) = delete;
    Collection& operator=(const Collection&) = delete;

    /// The state now. O(1).
    [[nodiscard]] std::shared_ptr<const Version> version() const;
    /// Errors: those of the operation; kResourceExhausted when the disk is nearly full;
    /// kUnavailable when sealing stays behind past the deadline; kIoError when the write could not
    /// be made durable.
    Result<WriteReceipt> write(WriteOperation operation);

    /// Adds or changes a payload index and builds it for every segment before returning. Errors:
    /// kInvalidArgument; kCancelled: the index is not there, an older one of another type neither.
    Status create_payload_index(const std::string& path, PayloadType type,
                                Progress& progress = no_progress());
    Status drop_payload_index(const std::string& path);

    /// Seals everything in memory into segments.
    Status flush(Progress& progress = no_progress());
    /// flush(), then merges until the policy is content, and rebuilds what is damaged.
    Status optimize();
    /// flush(), then merges all segments into as few as their largest size allows, without dead
    /// rows, and rebuilds what is damaged. Cancelled, it keeps what it has merged so far.
    Status compact(Progress& progress);
    /// Waits until the background has nothing to do. Errors: its last one.
    Status wait_idle();
    /// Checks every segment and payload index, the database, and that both agree; what is damaged
    /// is set aside and rebuilt, and named in `findings`. Errors: kCorruption when the database
    /// itself is damaged.
    Status check(Progress& progress, std::vector<std::string>& findings);

    /// One archive of the collection as it is now (index/collection/snapshot.h), while writes go
    /// on.
    Status snapshot(const std::string& path, Progress& progress);

    [[nodiscard]] CollectionStats stats() const;
    /// What its own threads are doing now. O(1).
    [[nodiscard]] std::vector<CollectionWork> background() const;
    [[nodiscard]] const std::string& folder() const;
    /// The folder is removed with the last who holds this collection or a version of it.
    void remove_when_unused();

private:
    friend class BulkLoader;
    struct Impl;
    explicit Collection(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace temblor
