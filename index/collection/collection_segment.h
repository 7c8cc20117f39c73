#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "data/document_ids.h"
#include "data/io/file_system.h"
#include "data/progress.h"
#include "data/status.h"
#include "index/collection/dense_matrix.h"
#include "index/collection/schema.h"
#include "index/payload/payload_index.h"
#include "index/segment.h"

namespace temblor {

/// The payload indexes of one segment by key. Immutable; an index that is added later makes a new
/// set.
using PayloadIndexes = std::map<std::string, std::shared_ptr<const PayloadIndex>, std::less<>>;

/// A sealed part of a collection: a folder of files, each with checksums, written once:
///   points.tbl       ordinals and ids of the rows, names of the vectors
///   sparse-N.tbl     the blocked index of the N-th sparse vector, a segment like any other
///   dense-N.tbl      the N-th dense vector
///   payload-HASH.tbl a payload index; may be missing, then filters read payloads
/// Rows stand in the order of their ordinals. Any number of threads.
class CollectionSegment {
public:
    /// Maps the files and checks their tables and meta sections; reads a few pages a file. Errors
    /// name the file: kNotFound, kCorruption, kIoError.
    static Result<std::shared_ptr<const CollectionSegment>> open(const std::string& folder,
                                                                 uint64_t number,
                                                                 const Schema& schema,
                                                                 FileSystem& files);
    /// Removes the folder if mark_obsolete() was called.
    ~CollectionSegment();
    CollectionSegment(const CollectionSegment&) = delete;
    CollectionSegment& operator=(const CollectionSegment&) = delete;

    [[nodiscard]] uint64_t number() const { return number_; }
    [[nodiscard]] uint64_t rows() const { return ordinals_.size(); }
    [[nodiscard]] const std::string& folder() const { return folder_; }
    [[nodiscard]] std::span<const uint64_t> ordinals() const { return ordinals_; }
    [[nodiscard]] DocumentId id(uint32_t row) const;
    [[nodiscard]] std::optional<uint32_t> row_of(uint64_t ordinal) const;
    /// Null when the segment has no such vector.
    [[nodiscard]] const std::shared_ptr<const Segment>* sparse(std::string_view name) const;
    [[nodiscard]] const DenseMatrix* dense(std::string_view name) const;
    /// Rows whose sparse vector `name` has an entry, dead ones too.
    [[nodiscard]] uint64_t sparse_rows(std::string_view name) const;

    /// The indexes of `schema` that are there and whole. A damaged one is left out and named in
    /// `damaged`.
    [[nodiscard]] PayloadIndexes open_payload_indexes(const Schema& schema,
                                                      std::string& damaged) const;

    /// Every byte of every file but the payload indexes. The message names file and section.
    [[nodiscard]] Status verify(Progress& progress) const;
    /// Of all files.
    [[nodiscard]] uint64_t file_bytes() const;
    /// No version will hold it any more: its files go with the last reader.
    void mark_obsolete() const { obsolete_.store(true, std::memory_order_relaxed); }

private:
    CollectionSegment() = default;
    Status open_points(const Schema& schema);

    FileSystem* files_ = nullptr;
    uint64_t number_ = 0;
    std::string folder_;
    SectionFile points_;
    std::span<const uint64_t> ordinals_;
    DocumentIds ids_;
    std::map<std::string, std::shared_ptr<const Segment>, std::less<>> sparse_;
    std::map<std::string, uint64_t, std::less<>> sparse_rows_;
    std::map<std::string, DenseMatrix, std::less<>> dense_;
    mutable std::atomic<bool> obsolete_ = false;
};

/// "payload-HASH.tbl" in the segment's folder.
std::string payload_index_path(const std::string& folder, std::string_view key);

}  // namespace temblor
