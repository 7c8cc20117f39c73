#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "data/io/byte_reader.h"
#include "data/status.h"

namespace temblor {

/// Raw bytes in pieces, as they lie in a file or in memory: what decoders read from.
class ByteSource {
public:
    virtual ~ByteSource() = default;
    /// The bytes not yet consumed, at least one unless the end is reached; the first piece has at
    /// least 16 bytes unless there are fewer. Valid until the next call.
    virtual Result<std::span<const std::byte>> peek() = 0;
    /// Steps over `bytes` of the last peek.
    virtual void consume(size_t bytes) = 0;
    /// Bytes consumed so far.
    [[nodiscard]] virtual uint64_t position() const = 0;
    /// All bytes; 0 when unknown (a pipe).
    [[nodiscard]] virtual uint64_t size() const = 0;
};

Result<std::unique_ptr<ByteSource>> open_file_source(const std::string& path);
/// `bytes` must outlive the source.
std::unique_ptr<ByteSource> open_memory_source(std::span<const std::byte> bytes);

/// The decoder that the first bytes of `source` ask for.
Result<std::unique_ptr<ByteReader>> decode(std::string path, std::unique_ptr<ByteSource> source);

/// Decoders over a source; `path` names it in errors.
std::unique_ptr<ByteReader> make_plain_reader(std::string path, std::unique_ptr<ByteSource> source);
std::unique_ptr<ByteReader> make_gzip_reader(std::string path, std::unique_ptr<ByteSource> source);
std::unique_ptr<ByteReader> make_zstd_reader(std::string path, std::unique_ptr<ByteSource> source);

/// Whether a file that begins with `head` is gzip (RFC 1952) or zstd (RFC 8878).
bool starts_as_gzip(std::span<const std::byte> head);
bool starts_as_zstd(std::span<const std::byte> head);

}  // namespace temblor
