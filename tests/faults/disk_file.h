#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "data/splitmix.h"

namespace temblor::testing {

/// One file, as programs see it (its *live* bytes, held by a real file) and as the disk has it:
/// what was synced, and, of what was written since, anything. Not thread-safe.
class DiskFile {
public:
    /// `path` is a name of the file that nobody else uses; it goes with this object. The first
    /// `durable` bytes of it, all it has, are on the disk.
    DiskFile(std::string path, uint64_t durable);
    ~DiskFile();
    DiskFile(const DiskFile&) = delete;
    DiskFile& operator=(const DiskFile&) = delete;

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] uint64_t size() const { return size_; }

    /// To be called before the live bytes change.
    void before_write(uint64_t offset, uint64_t bytes);
    void before_truncate(uint64_t size);
    void synced();
    /// What was not synced until now stays so, whatever is synced later, unless written again.
    void sync_failed();

    /// Live and disk are the same.
    [[nodiscard]] bool clean() const;
    /// What a power cut could leave: each unsynced range dropped, kept or torn; a longer file that
    /// ends in zeros too, or one with pages of zeros, if `zeros`.
    [[nodiscard]] std::string after_power_loss(SplitMix& random, bool zeros) const;

private:
    struct Range {
        uint64_t begin;
        uint64_t end;
    };
    static void cut(std::vector<Range>& ranges, uint64_t begin, uint64_t end);
    void keep_image();
    [[nodiscard]] std::string live() const;

    std::string path_;
    uint64_t size_;
    uint64_t durable_;                  // bytes on the disk
    std::optional<std::string> image_;  // those bytes, where they are not just the first live ones
    std::vector<Range> dirty_;          // written since the last sync
    std::vector<Range> lost_;           // written before a sync that failed
};

}  // namespace temblor::testing
