#pragma once

#include <atomic>
#include <string>
#include <utility>

#include "data/io/file_system.h"

namespace temblor {

/// A collection's folder as long as anything reads from it: the collection and all its versions
/// share one. Thread-safe.
class FolderHold {
public:
    FolderHold(FileSystem& files, std::string folder) : files_(files), folder_(std::move(folder)) {}
    ~FolderHold() {
        if (obsolete_.load(std::memory_order_relaxed)) (void)files_.remove_tree(folder_);
    }
    FolderHold(const FolderHold&) = delete;
    FolderHold& operator=(const FolderHold&) = delete;

    /// The folder goes with the last who shares this.
    void mark_obsolete() { obsolete_.store(true, std::memory_order_relaxed); }

private:
    FileSystem& files_;
    const std::string folder_;
    std::atomic<bool> obsolete_ = false;
};

}  // namespace temblor
