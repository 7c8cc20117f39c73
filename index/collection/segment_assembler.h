#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/io/file_system.h"
#include "data/point.h"
#include "data/progress.h"
#include "data/status.h"
#include "index/collection/database.h"
#include "index/collection/limits.h"
#include "index/collection/schema.h"

namespace temblor {

/// A point on its way into a segment.
struct SourcePoint {
    uint64_t ordinal = 0;
    const DocumentId& id;
    std::string_view payload;
    const std::vector<NamedVector>& vectors;
};

/// Points by ascending ordinal.
class PointSource {
public:
    virtual ~PointSource() = default;
    virtual Status visit(const std::function<Status(const SourcePoint&)>& each) const = 0;
};

/// The points of these ordinals as the database has them; those that are gone are left out.
class DatabaseSource : public PointSource {
public:
    /// `ordinals` ascend.
    DatabaseSource(std::shared_ptr<const DatabaseView> view, std::vector<uint64_t> ordinals)
        : view_(std::move(view)), ordinals_(std::move(ordinals)) {}
    Status visit(const std::function<Status(const SourcePoint&)>& each) const override;

private:
    std::shared_ptr<const DatabaseView> view_;
    std::vector<uint64_t> ordinals_;
};

struct AssembleOptions {
    uint32_t threads = 1;
    uint64_t seed = 42;
    /// As in CollectionOptions.
    uint64_t fewest_indexed_rows = CollectionLimits::kFewestIndexedRows;
    uint64_t expected_points = 0;  ///< that the source has at most, for the progress; 0: unknown
    FileSystem* files = &posix_file_system();
};

/// Writes the files of a segment (collection_segment.h) into `folder`, which is made; the last is
/// points.tbl, and all are synced. Returns the rows written, 0 without a folder when the source has
/// no points. On an error the folder is removed. Memory: the sparse vectors, three times over, and
/// the dense ones. Errors: kResourceExhausted (disk), kIoError, kCancelled, kCorruption (database).
Result<uint64_t> assemble_segment(const Schema& schema, const PointSource& source,
                                  const std::string& folder, const AssembleOptions& options,
                                  Progress& progress);

/// Writes the payload index of `key` for the rows with these ordinals, if a payload is missing
/// because its point is gone as if it were {}. Errors: kCancelled, before anything is written.
Status assemble_payload_index(const Schema& schema, std::string_view key,
                              std::span<const uint64_t> ordinals, const DatabaseView& view,
                              const std::string& folder, FileSystem& files, Progress& progress);

}  // namespace temblor
