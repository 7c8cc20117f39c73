#pragma once

#include <string>
#include <utility>

#include "data/io/file_system.h"
#include "data/status.h"

namespace temblor {

/// A folder for work under way: removed with all it holds when this goes.
class TemporaryFolder {
public:
    TemporaryFolder(FileSystem& files, std::string path) : files_(files), path_(std::move(path)) {}
    ~TemporaryFolder() {
        if (!path_.empty()) (void)files_.remove_tree(path_);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    /// Makes it empty, whatever an earlier work left.
    [[nodiscard]] Status make() const {
        TEMBLOR_RETURN_IF_ERROR(files_.remove_tree(path_));
        return files_.make_folder(path_);
    }
    [[nodiscard]] const std::string& path() const { return path_; }
    /// It has another name now and stays.
    void release() { path_.clear(); }

private:
    FileSystem& files_;
    std::string path_;
};

}  // namespace temblor
