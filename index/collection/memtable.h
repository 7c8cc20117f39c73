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
#include "data/point.h"
#include "data/sparse_vector.h"
#include "index/collection/arena.h"
#include "index/collection/chunked_array.h"
#include "index/collection/growing_postings.h"
#include "index/collection/row_scores.h"
#include "index/collection/schema.h"

namespace temblor {

/// The newest points of a collection, in memory, searchable as soon as they are there.
///
/// Rows are only ever appended. One thread at a time appends; any number of others read at the same
/// time, without locks, each only rows below a count that it got from rows() or from something
/// published after append() returned. What they get (references, spans, views) stays where it is
/// until the memtable dies. Of a point written twice both rows are here: which one counts, the
/// caller knows (a bitmap of dead rows).
class Memtable {
public:
    explicit Memtable(std::shared_ptr<const Schema> schema);
    Memtable(const Memtable&) = delete;
    Memtable& operator=(const Memtable&) = delete;

    [[nodiscard]] const Schema& schema() const { return *schema_; }

    /// Copies `point` and returns its row. It has passed schema().validate(point), and its kCosine
    /// vectors are scaled to length 1 (data/dense_vector.h). `ordinal` rises from call to call.
    /// O(size of the point).
    uint32_t append(uint64_t ordinal, const Point& point);

    /// Appended so far.
    [[nodiscard]] uint32_t rows() const { return rows_.load(std::memory_order_acquire); }
    /// Memory held, as of the last append.
    [[nodiscard]] uint64_t bytes() const { return bytes_.load(std::memory_order_relaxed); }

    [[nodiscard]] uint64_t ordinal(uint32_t row) const { return ordinals_[row]; }
    [[nodiscard]] const DocumentId& id(uint32_t row) const { return records_[row].id; }
    /// As it was written; may be empty.
    [[nodiscard]] std::string_view payload(uint32_t row) const;
    /// The row below `rows` that was appended with `ordinal`. O(log rows).
    [[nodiscard]] std::optional<uint32_t> row_of_ordinal(uint64_t ordinal, uint32_t rows) const;

    /// Names that the schema does not have belong to no row.
    [[nodiscard]] bool has_vector(std::string_view name, uint32_t row) const;
    /// Empty when the row has no such vector, or an empty one.
    [[nodiscard]] SparseVectorView sparse(std::string_view name, uint32_t row) const;
    /// Empty when the row has no such vector.
    [[nodiscard]] std::span<const float> dense(std::string_view name, uint32_t row) const;

    /// Adds to `scores`, grown to `rows`, the inner products of `query` and the sparse vectors
    /// `name` of the rows below `rows`, equal to inner_product() to the last bit. The name is in
    /// the schema. O(postings of the query's components).
    void add_sparse_scores(std::string_view name, SparseVectorView query, uint32_t rows,
                           RowScores& scores) const;

    /// Of the rows below `rows`: how many have an entry in their sparse vector `name`, and how many
    /// have `component` there with a value that is not zero. 0 for names that the schema does not
    /// have. O(1) and O(postings of the component / 256).
    [[nodiscard]] uint32_t sparse_rows(std::string_view name, uint32_t rows) const;
    [[nodiscard]] uint32_t document_frequency(std::string_view name, uint32_t component,
                                              uint32_t rows) const;

    /// All vectors of one name, for loops over rows.
    class DenseColumn {
    public:
        /// Empty when the row has none.
        [[nodiscard]] std::span<const float> operator[](uint32_t row) const {
            const float* const values = values_[row];
            return {values, values == nullptr ? 0 : size_};
        }

        /// For Memtable.
        explicit DenseColumn(uint32_t size) : size_(size) {}

    private:
        friend class Memtable;
        ChunkedArray<const float*> values_;
        uint32_t size_;
    };
    /// nullptr when the schema has no such dense vector.
    [[nodiscard]] const DenseColumn* dense_column(std::string_view name) const;

private:
    struct Record {
        DocumentId id;
        const char* payload = nullptr;
        size_t payload_size = 0;
    };
    // nnz components, then nnz values; nullptr: none.
    struct SparseEntry {
        const std::byte* entries = nullptr;
        uint32_t nnz = 0;
        uint32_t filled = 0;  ///< rows up to this one that have entries
    };
    struct SparseColumn {
        explicit SparseColumn(Arena& arena) : postings(arena) {}
        ChunkedArray<SparseEntry> rows;
        GrowingPostings postings;
    };

    const char* copy(const void* bytes, size_t size, size_t alignment);
    void append_sparse(SparseColumn& column, uint32_t row, SparseVectorView vector);
    [[nodiscard]] uint64_t count_bytes() const;

    const std::shared_ptr<const Schema> schema_;
    Arena arena_;
    ChunkedArray<uint64_t> ordinals_;
    ChunkedArray<Record> records_;
    // One for each name of the schema from the start, so that the maps never change.
    std::map<std::string, SparseColumn, std::less<>> sparse_;
    std::map<std::string, DenseColumn, std::less<>> dense_;
    uint64_t id_bytes_ = 0;  ///< of ids that do not fit their record
    std::atomic<uint32_t> rows_{0};
    std::atomic<uint64_t> bytes_{0};
};

}  // namespace temblor
