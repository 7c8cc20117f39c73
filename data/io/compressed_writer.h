#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "data/io/atomic_file.h"
#include "data/status.h"

namespace temblor {

/// Writes an AtomicFile, compressing on the way. Destroyed without commit(), it leaves nothing.
class CompressedWriter {
public:
    virtual ~CompressedWriter() = default;
    /// `compression` is "none" (or empty), "gzip" or "zstd"; anything else is kInvalidArgument.
    static Result<std::unique_ptr<CompressedWriter>> create(const std::string& path,
                                                            std::string_view compression);
    virtual Status write(std::span<const std::byte> bytes) = 0;
    Status write(std::string_view text) {
        return write(std::as_bytes(std::span(text.data(), text.size())));
    }
    /// Ends the compressed stream, then AtomicFile::commit().
    virtual Status commit() = 0;
};

}  // namespace temblor
