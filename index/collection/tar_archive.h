#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "data/io/file_system.h"
#include "data/status.h"

struct archive;

namespace temblor {

/// Writes a tar (POSIX pax, not compressed) that appears whole and synced, or not at all. One
/// thread.
class TarWriter {
public:
    /// Errors as AtomicFile.
    static Result<std::unique_ptr<TarWriter>> create(const std::string& path, FileSystem& files);
    ~TarWriter();
    TarWriter(const TarWriter&) = delete;
    TarWriter& operator=(const TarWriter&) = delete;

    /// Begins a regular file of `bytes` bytes, which write() must bring before the next begins.
    Status begin(const std::string& name, uint64_t bytes);
    Status write(std::span<const std::byte> bytes);
    /// Ends the archive and gives the file its name.
    Status commit();

private:
    TarWriter();
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// Reads a tar from its beginning. Only regular files are taken: a link, a folder or a device is
/// kCorruption. One thread.
class TarReader {
public:
    struct Member {
        std::string name;
        uint64_t bytes = 0;
    };
    /// Errors: kNotFound, kIoError, kCorruption (not a tar).
    static Result<std::unique_ptr<TarReader>> open(const std::string& path);
    ~TarReader();
    TarReader(const TarReader&) = delete;
    TarReader& operator=(const TarReader&) = delete;

    /// Nothing at the end.
    Result<std::optional<Member>> next();
    /// The next bytes of the member; 0 at its end.
    Result<size_t> read(std::span<std::byte> bytes);

private:
    TarReader();
    [[nodiscard]] Status failed(const std::string& what) const;

    std::string path_;
    archive* archive_ = nullptr;
};

}  // namespace temblor
