#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "data/status.h"

namespace temblor {

/// A file that appears whole or not at all: written to a temporary name in the same folder, synced
/// and renamed by commit(), the folder synced too. Destroyed without commit(), it leaves nothing.
class AtomicFile {
public:
    /// Errors: kNotFound (no such folder), kIoError.
    static Result<std::unique_ptr<AtomicFile>> create(const std::string& path);
    ~AtomicFile();
    AtomicFile(const AtomicFile&) = delete;
    AtomicFile& operator=(const AtomicFile&) = delete;

    /// Appends. Errors name the file and, for a full disk, say so (kResourceExhausted).
    Status write(std::span<const std::byte> bytes);
    /// Writes over bytes already written (a header filled in at the end).
    Status write_at(uint64_t offset, std::span<const std::byte> bytes);
    [[nodiscard]] uint64_t position() const { return position_; }
    Status commit();

private:
    AtomicFile(std::string path, std::string temporary, int descriptor);
    Status flush();

    std::string path_;
    std::string temporary_;
    int descriptor_;
    uint64_t position_ = 0;
    std::unique_ptr<std::byte[]> buffer_;
    size_t buffered_ = 0;
    bool committed_ = false;
};

}  // namespace temblor
