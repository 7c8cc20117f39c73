#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "data/io/file_system.h"
#include "data/status.h"

namespace temblor {

/// A file that appears whole or not at all: written without a name, synced and named by commit(),
/// the folder synced too. Destroyed without commit(), it leaves nothing. After a failed write or
/// sync every later call fails with the same error: a second sync proves nothing about the first.
class AtomicFile {
public:
    /// `file_system` must outlive the file.
    /// Errors: kNotFound (no such folder), kInvalidArgument (a name that is not a regular file's),
    /// kIoError.
    static Result<std::unique_ptr<AtomicFile>> create(
        const std::string& path, FileSystem& file_system = posix_file_system());
    AtomicFile(const AtomicFile&) = delete;
    AtomicFile& operator=(const AtomicFile&) = delete;

    /// Appends. Errors name the file and, for a full disk, say so (kResourceExhausted).
    Status write(std::span<const std::byte> bytes);
    /// Writes over bytes already written (a header filled in at the end).
    Status write_at(uint64_t offset, std::span<const std::byte> bytes);
    [[nodiscard]] uint64_t position() const { return position_; }
    /// An error of the folder's sync alone leaves the file in place, but perhaps not after a power
    /// cut.
    Status commit();

private:
    AtomicFile(std::string path, FileSystem& file_system, std::unique_ptr<WritableFile> file);
    Status flush();
    /// Remembers the first error.
    Status checked(Status status);

    std::string path_;
    FileSystem& file_system_;
    std::unique_ptr<WritableFile> file_;
    uint64_t position_ = 0;
    std::unique_ptr<std::byte[]> buffer_;
    size_t buffered_ = 0;
    bool committed_ = false;
    Status error_;
};

}  // namespace temblor
