#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/io/mapped_file.h"
#include "data/status.h"

namespace temblor {

/// A file being written; it has no name before publish(). Destroyed unpublished, it leaves nothing.
/// One thread at a time. Errors as FileSystem.
class WritableFile {
public:
    virtual ~WritableFile() = default;
    /// Writes all of `bytes`, or fails after any part of them.
    virtual Status write_at(uint64_t offset, std::span<const std::byte> bytes) = 0;
    /// What was written is on the disk. After an error some of it never may be, even when a later
    /// call succeeds (Linux drops the pages), so the file is to be given up.
    virtual Status sync() = 0;
    /// Gives the file its name at once, in place of a file that had it. The name outlives a power
    /// cut only after FileSystem::sync_folder().
    virtual Status publish() = 0;
};

struct FileInfo {
    std::string name;  ///< without its folder
    bool is_folder = false;
    uint64_t bytes = 0;  ///< of a file
};

/// All that writes, names or maps the files of an index, so that tests can put a failing disk in
/// its place. Thread-safe. A change of names (publish, rename, link, remove, make_folder) is atomic
/// for other readers and durable after sync_folder() of the folder it happened in.
///
/// Errors name the file: kNotFound, kAlreadyExists, kResourceExhausted for a full disk or quota or
/// a file too large, else kIoError with the system's text.
class FileSystem {
public:
    virtual ~FileSystem() = default;

    /// Begins the file that will be `path`; its folder must exist.
    virtual Result<std::unique_ptr<WritableFile>> create(const std::string& path) = 0;
    /// Moves a file or folder; a file at `to` is replaced.
    virtual Status rename(const std::string& from, const std::string& to) = 0;
    /// A second name of the file `from`, which must be on the same file system.
    virtual Status link(const std::string& from, const std::string& to) = 0;
    /// Removes a file or an empty folder.
    virtual Status remove(const std::string& path) = 0;
    virtual Status make_folder(const std::string& path) = 0;
    virtual Status sync_folder(const std::string& path) = 0;

    /// What a folder holds, by name.
    virtual Result<std::vector<FileInfo>> list(const std::string& folder) = 0;
    virtual Result<FileInfo> info(const std::string& path) = 0;
    virtual Result<std::shared_ptr<const MappedFile>> map(const std::string& path) = 0;
    /// Bytes that can still be written to the file system of `path`.
    virtual Result<uint64_t> free_bytes(const std::string& path) = 0;

    /// Any error but kNotFound is passed on.
    Result<bool> exists(const std::string& path);
    /// Makes `path` and the folders above it that are missing, durably.
    Status create_folders(const std::string& path);
    /// Removes a file or a folder with all it holds, links in it unfollowed. Ok when there is none.
    /// Not atomic: after an error or a crash any part may be left.
    Status remove_tree(const std::string& path);
};

/// The file system of the machine.
FileSystem& posix_file_system();

/// The folder that holds `path`: "." when it names none.
std::string folder_of(const std::string& path);

/// The status that FileSystem gives for an `errno`.
Status file_error(std::string_view what, int errno_value);

}  // namespace temblor
