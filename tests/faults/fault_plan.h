#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "data/splitmix.h"
#include "data/status.h"
#include "tests/faults/disk_tree.h"

namespace temblor::testing {

/// What goes wrong with the files below one folder, and when. FaultyFileSystem and
/// make_faulty_env() run every change of a file through one plan; the same seed and the same order
/// of operations give the same faults. Thread-safe; operations run one at a time.
///
/// Nothing is really synced: what a sync would have saved is known to the plan. Numbers of writes
/// and syncs count from the call that names them, the next one being 1.
class FaultPlan {
public:
    /// Watches over `root`, which must exist; what is in it counts as being on the disk. Uses the
    /// folder `root`.faults beside it, and removes that at its end.
    FaultPlan(const std::string& root, uint64_t seed);
    ~FaultPlan();
    FaultPlan(const FaultPlan&) = delete;
    FaultPlan& operator=(const FaultPlan&) = delete;

    /// That write fails with EIO. `torn`: after any part of its bytes, otherwise before them.
    void fail_write(uint64_t nth, bool torn = true);
    /// Every write does, each with this probability.
    void fail_writes(double probability, bool torn = true);
    /// That sync of a file or folder fails with EIO; a file's unsynced bytes are then lost even if
    /// a later sync succeeds.
    void fail_sync(uint64_t nth);
    /// Only so many more bytes can be written; then writes put what fits and fail with ENOSPC.
    void set_space(std::optional<uint64_t> bytes);
    /// The power goes: from now on every operation fails with EIO.
    void lose_power();
    /// It goes instead of that operation (a write, sync or change of names).
    void lose_power_at(uint64_t nth);
    /// Whether unsynced ends of files may come back as zeros, and pages in any order. Off at first.
    void set_zeros(bool zeros);
    /// No fault any more, save a lost power.
    void heal();

    /// Rewrites the folder to what the disk could hold, and heals. All that wrote through the plan
    /// must be closed.
    Status apply_power_loss();

    [[nodiscard]] bool power_lost() const;
    /// Operations, writes and syncs so far, the failed ones too.
    [[nodiscard]] uint64_t operations() const;
    [[nodiscard]] uint64_t writes() const;
    [[nodiscard]] uint64_t syncs() const;
    [[nodiscard]] std::optional<uint64_t> space() const;

    // For the file systems. Each returns the errno of a fault, or 0. `act` does the real thing and
    // says whether it could; if not, it keeps its own error.
    using Act = std::function<bool()>;
    using File = std::shared_ptr<DiskFile>;
    /// `put` writes that many of the bytes.
    int write(DiskFile& file, uint64_t offset, size_t bytes,
              const std::function<bool(size_t)>& put);
    int truncate(DiskFile& file, uint64_t size, const Act& act);
    int sync(DiskFile& file);
    /// `act` makes `path` an empty file.
    int create(const std::string& path, const Act& act, File& file);
    /// The file that has a name already.
    int open(const std::string& path, File& file);
    /// A file without a name: `act` makes it, empty, at a path that the plan chooses.
    int create_nameless(const std::function<bool(const std::string&)>& act, File& file);
    /// `act` puts a link to the nameless file at `path`.
    int publish(const File& file, const std::string& path, const Act& act);
    int rename(const std::string& from, const std::string& to, const Act& act);
    int link(const std::string& from, const std::string& to, const Act& act);
    int remove(const std::string& path, const Act& act);
    int make_folder(const std::string& path, bool durable, const Act& act);
    int sync_folder(const std::string& path);

private:
    int enter();
    int enter_sync();
    /// Runs `act` between finding the places of `paths` and recording what `changes` says of them.
    using Changes = std::function<std::vector<DiskTree::Change>(std::vector<DiskTree::Place>&)>;
    int change(const std::vector<std::string>& paths, const Act& act, const Changes& changes);

    mutable std::mutex mutex_;
    std::string spare_;
    DiskTree tree_;
    SplitMix random_;
    bool power_lost_ = false;
    bool zeros_ = false;
    bool torn_ = true;
    double write_failures_ = 0;
    uint64_t failing_write_ = 0;  // these three: 0 for none
    uint64_t failing_sync_ = 0;
    uint64_t last_operation_ = 0;
    std::optional<uint64_t> space_;
    uint64_t operations_ = 0;
    uint64_t writes_ = 0;
    uint64_t syncs_ = 0;
};

}  // namespace temblor::testing
