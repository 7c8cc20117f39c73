#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "index/collection/collection.h"
#include "index/collection/folder_hold.h"
#include "index/collection/manifest.h"
#include "index/collection/merge_policy.h"
#include "index/collection/segment_assembler.h"

namespace temblor {

/// The parts of a collection, for its own sources (collection*.cc, bulk_load.cc, snapshot.cc).
///
/// Locks, in the order they are taken: snapshot_mutex, seal_mutex or merge_mutex (one long work of
/// a kind at a time), commit_mutex (whoever changes what is durable; a database write may happen
/// under it, the building of segments never), then version_mutex or work_mutex (a few
/// instructions). Readers take only version_mutex, to copy a pointer.
struct Collection::Impl {
    Impl(std::string folder, const CollectionOptions& options);
    ~Impl();

    // collection_open.cc
    Status create(const Schema& schema);
    Status open();
    /// Everything from the open database on; publishes the first version. commit_mutex is held.
    Status load();
    /// Closes the database and opens it again, which a failed write makes necessary. Readers wait
    /// for it. Gives up when somebody holds on to a version. commit_mutex is held.
    Status reopen();

    // collection_commit.cc
    std::vector<Result<WriteReceipt>> commit(std::span<const WriteOperation* const> group);
    /// Makes the active memtable a waiting one. commit_mutex is held.
    void rotate(Version& next);
    void publish(Version next);
    /// After a failed write: whether writes can be durable again. commit_mutex is held.
    Status recover_writes();
    Status write_database(const DatabaseBatch& batch);
    /// From here on writes are refused until recover_writes(). commit_mutex is held.
    void note_write_error(const Status& status);
    [[nodiscard]] std::string state_value() const;

    // collection_maintenance.cc
    /// What a new segment stands in for.
    struct Replacement {
        std::shared_ptr<const CollectionSegment> made;  ///< null: nothing lives of what it replaces
        std::vector<uint64_t> segments;
        std::shared_ptr<const Memtable> memtable;
        bool rebuilt = false;  ///< from the database alone
    };
    Status replace(const Replacement& replacement);
    /// Waits for the end of other work of the kind. Errors: kCancelled.
    static Result<std::unique_lock<std::mutex>> take_turn(std::mutex& mutex,
                                                          const Progress& progress);
    /// False when no memtable waits.
    Result<bool> seal_oldest(Progress& progress);
    /// False when the policy is content.
    Result<bool> merge_once(Progress& progress);
    /// All segments that are there now into as few as possible.
    Status merge_all(Progress& progress);
    /// These segments of the version into one. merge_mutex is held.
    Status merge_segments(const std::vector<uint64_t>& numbers, Progress& progress);
    [[nodiscard]] MergePolicy policy() const;
    /// False when no segment is missing.
    Result<bool> rebuild_missing(Progress& progress);
    Result<std::shared_ptr<const CollectionSegment>> assemble(
        const std::shared_ptr<const DatabaseView>& database, std::vector<uint64_t> ordinals,
        const std::shared_ptr<const Schema>& schema, Progress& progress);
    Status build_missing_indexes(Progress& progress);
    [[nodiscard]] std::string segment_folder(uint64_t number) const;
    /// Takes a damaged segment out of the version and its folder out of the way.
    Status quarantine(uint64_t number, const std::string& reason);
    Status move_aside(uint64_t number);
    /// Reads every segment; quarantines damaged ones, named in `findings`.
    Status verify_segments(Progress& progress, std::vector<std::string>& findings);

    // collection_background.cc
    class BackgroundProgress;
    void start_background();
    void stop_background();
    void wake();
    void run_sealer();
    void run_merger();
    /// Waits until a full memtable may be put aside. Returns how long; an error past the deadline.
    Status wait_for_room(std::chrono::microseconds& waited);

    [[nodiscard]] std::shared_ptr<const Version> version() const;
    [[nodiscard]] bool is_full(const Memtable& memtable) const {
        return memtable.rows() >= options.memtable_points ||
               memtable.bytes() >= options.memtable_bytes;
    }
    [[nodiscard]] bool disk_is_nearly_full() const;
    /// Of the threads' last attempts. work_mutex is held.
    [[nodiscard]] const std::string& background_error() const {
        return seal_error.empty() ? merge_error : seal_error;
    }
    void note_damage(const std::string& what);

    const std::string folder;
    const CollectionOptions options;
    const std::shared_ptr<FolderHold> hold;  ///< before all that reads from the folder
    std::shared_ptr<Database> database;

    std::mutex snapshot_mutex;
    std::mutex seal_mutex;
    std::mutex merge_mutex;

    std::mutex commit_mutex;
    // Guarded by commit_mutex:
    Manifest manifest;
    std::vector<uint64_t> missing;  ///< segments of the manifest that are damaged
    std::shared_ptr<Memtable> active;
    uint64_t next_ordinal = 1;
    uint64_t points = 0;
    std::string write_error;
    std::chrono::steady_clock::time_point next_recovery;

    std::atomic<uint64_t> next_segment = 1;

    mutable std::mutex version_mutex;
    mutable std::condition_variable version_changed;
    std::shared_ptr<const Version> current;  ///< null while the database is opened again

    mutable std::mutex work_mutex;
    std::condition_variable work_changed;
    // Guarded by work_mutex:
    bool stopping = false;
    bool scrub_due = false;
    uint32_t busy = 0;         ///< background threads at work
    uint64_t work_round = 0;   ///< rises whenever there may be work
    uint64_t sealer_seen = 0;  ///< the round each thread has looked at
    uint64_t merger_seen = 0;
    std::string seal_error;  ///< of the sealer's last attempt; empty: it went well
    std::string merge_error;
    std::string write_error_text;  ///< a copy of write_error for stats()
    std::vector<std::string> damaged;
    std::array<CollectionWork, 2> background;  ///< the sealer's and the merger's

    std::atomic<uint64_t> throttled_writes = 0;
    std::atomic<uint64_t> refused_writes = 0;
    std::atomic<bool> cancel = false;

    std::unique_ptr<WriteQueue> queue;
    std::thread sealer;
    std::thread merger;
};

}  // namespace temblor
