#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "data/progress.h"
#include "data/status.h"
#include "index/segment_format.h"

namespace temblor {

/// The container that every file of an index is: header, section table, sections, each with a
/// checksum (docs/format.md). Immutable; any number of threads. Written by SegmentWriter.
class SectionFile {
public:
    SectionFile() = default;
    /// Maps `path`. Errors: kNotFound, kIoError, and those of open_bytes.
    static Result<SectionFile> open(const std::string& path);
    /// Checks header and table and that every section lies in the file; O(sections). `bytes` are
    /// aligned to 64 and kept by `owner`. Errors: kCorruption, kUnimplemented (a newer format).
    static Result<SectionFile> open_bytes(std::shared_ptr<const void> owner,
                                          std::span<const std::byte> bytes);

    [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }
    [[nodiscard]] const std::shared_ptr<const void>& owner() const { return owner_; }
    [[nodiscard]] const std::vector<SectionEntry>& table() const { return table_; }
    /// The section's bytes; empty when the file has none of that kind.
    [[nodiscard]] std::span<const std::byte> section(SectionKind kind) const;
    /// The section as numbers; an error when its size is not a multiple of theirs.
    template <typename T>
    [[nodiscard]] Result<std::span<const T>> array(SectionKind kind) const {
        const auto stored = section(kind);
        if (stored.size() % sizeof(T) != 0) return wrong_size(kind, stored.size(), sizeof(T));
        return std::span<const T>(reinterpret_cast<const T*>(stored.data()),
                                  stored.size() / sizeof(T));
    }
    /// The checksum of one section; ok when the file has none of that kind.
    [[nodiscard]] Status check(SectionKind kind) const;
    /// Every checksum and every padding byte. Reads the whole file.
    [[nodiscard]] Status verify(Progress& progress) const;

private:
    static Status wrong_size(SectionKind kind, uint64_t bytes, uint64_t unit);

    std::shared_ptr<const void> owner_;
    std::span<const std::byte> bytes_;
    std::vector<SectionEntry> table_;
};

}  // namespace temblor
