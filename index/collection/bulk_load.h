#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "data/point.h"
#include "data/progress.h"
#include "data/status.h"
#include "index/collection/collection.h"

namespace temblor {

struct BulkOptions {
    /// Points that become one segment, and durable and visible together.
    uint64_t chunk_points = 1'000'000;
    uint64_t chunk_bytes = uint64_t{2} << 30;  ///< of their vectors and payloads
    uint32_t threads = 0;                      ///< 0: all cores
};

/// Takes millions of points in by building segments directly, past the log and the memtable: sorted
/// files for the database and the segment are made side by side, and taken in in one atomic step a
/// chunk. Points replace those with their ids; the collection serves and takes other writes
/// meanwhile (a chunk counts as written when it is committed).
///
/// A load has a name, under which the collection remembers how many points of it are in: after a
/// crash or an interruption begin() says how many to leave out. One load of a name at a time. One
/// thread. Memory: a chunk, about four times over.
class BulkLoader {
public:
    static Result<std::unique_ptr<BulkLoader>> begin(std::shared_ptr<Collection> collection,
                                                     const std::string& name,
                                                     const BulkOptions& options);
    ~BulkLoader();

    /// Points of earlier calls under this name that are in already: the first so many of the input
    /// are to be left out.
    [[nodiscard]] uint64_t points_done() const;
    /// Errors: kInvalidArgument (the point does not fit the schema; the message names it by its
    /// place in the input), and those of a chunk. After an error the chunk under way is lost, what
    /// points_done() counts is not.
    Status add(Point point, Progress& progress);
    /// The last chunk; forgets the name.
    Status finish(Progress& progress);

private:
    BulkLoader();
    Status commit_chunk(Progress& progress);

    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace temblor
