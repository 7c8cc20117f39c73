#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "data/status.h"

namespace temblor {

/// A file read from front to back, decompressed on the way when its first bytes say gzip or zstd
/// (several members or frames one after the other too). Its name plays no part.
class ByteReader {
public:
    virtual ~ByteReader() = default;
    /// Fills `out` as far as the stream goes; fewer bytes than asked for means the end.
    /// Errors: kIoError, kCorruption (a damaged or cut-off compressed stream), both naming the
    /// file.
    virtual Result<size_t> read(std::span<std::byte> out) = 0;
    /// Bytes of the file itself (compressed, if it is) consumed so far, for progress.
    [[nodiscard]] virtual uint64_t file_position() const = 0;
    [[nodiscard]] virtual uint64_t file_size() const = 0;
    [[nodiscard]] const std::string& path() const { return path_; }

protected:
    explicit ByteReader(std::string path) : path_(std::move(path)) {}

private:
    std::string path_;
};

/// "-" reads standard input.
Result<std::unique_ptr<ByteReader>> open_byte_reader(const std::string& path);

/// The same over bytes in memory, which must outlive the reader; `name` stands for the path.
Result<std::unique_ptr<ByteReader>> open_memory_reader(std::string name,
                                                       std::span<const std::byte> bytes);

/// Exactly out.size() bytes, or kCorruption "PATH: short file: WHAT needs N bytes, M are left".
Status read_exactly(ByteReader& reader, std::span<std::byte> out, const std::string& what);

}  // namespace temblor
