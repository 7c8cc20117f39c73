#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "data/io/atomic_file.h"
#include "data/status.h"
#include "index/segment_format.h"

namespace temblor {

/// Writes a segment file section by section; it appears under its name only with finish().
class SegmentWriter {
public:
    /// `file_system` must outlive the writer.
    static Result<std::unique_ptr<SegmentWriter>> create(
        const std::string& path, FileSystem& file_system = posix_file_system());
    ~SegmentWriter();

    /// Opens a section; bytes follow by append() until the next begin() or finish().
    Status begin(SectionKind kind);
    Status append(std::span<const std::byte> bytes);
    /// A whole section.
    Status add(SectionKind kind, std::span<const std::byte> bytes);
    template <typename T>
    Status add_array(SectionKind kind, std::span<const T> values) {
        return add(kind, std::as_bytes(values));
    }
    /// Fills in table and header, syncs, renames.
    Status finish();
    [[nodiscard]] uint64_t bytes() const { return file_->position(); }

private:
    explicit SegmentWriter(std::unique_ptr<AtomicFile> file);
    void end_section();
    Status align();

    struct HashState;
    std::unique_ptr<AtomicFile> file_;
    std::vector<SectionEntry> table_;
    std::unique_ptr<HashState> hash_;
    bool open_ = false;
};

}  // namespace temblor
