#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "data/sparse_vector.h"
#include "index/collection/arena.h"
#include "index/collection/chunked_array.h"
#include "index/collection/row_scores.h"

namespace temblor {

/// An inverted index that is searched while it grows: for each component the rows that have it, in
/// row order, with their values as they came.
///
/// One thread appends. Any number of others read, without locks: they see every posting of the rows
/// that were appended before something they have synchronised with, and pass over later ones. Lists
/// are chains of chunks of 4 to 256 postings; a component is found by open addressing in a table
/// that is replaced by one twice as large when it fills, the old ones staying for those who still
/// read them.
class GrowingPostings {
public:
    /// Takes the memory of postings from `arena`, which must outlive it.
    explicit GrowingPostings(Arena& arena);
    GrowingPostings(const GrowingPostings&) = delete;
    GrowingPostings& operator=(const GrowingPostings&) = delete;

    /// Rows rise from call to call. Entries with value zero are left out. O(nnz).
    void append(uint32_t row, SparseVectorView vector);

    /// Adds to each row below `rows` the product of its values and the query's, component by
    /// component as they ascend: the sums are those of inner_product() to the last bit. `scores`
    /// has room for `rows`. O(postings of the query's components).
    void add_scores(SparseVectorView query, uint32_t rows, RowScores& scores) const;

    /// How many rows below `rows` have `component` with a value that is not zero. O(postings of the
    /// component / 256).
    [[nodiscard]] uint32_t count_rows(uint32_t component, uint32_t rows) const;

    /// Without the arena. For the thread that appends.
    [[nodiscard]] uint64_t bytes() const;

private:
    struct Posting {
        uint32_t row;
        float value;
    };
    struct Chunk {
        std::atomic<Chunk*> next{nullptr};
        std::atomic<uint32_t> count{0};
        uint32_t capacity = 0;

        // The postings stand behind the header.
        Posting* postings() { return reinterpret_cast<Posting*>(this + 1); }
        [[nodiscard]] const Posting* postings() const {
            return reinterpret_cast<const Posting*>(this + 1);
        }
    };
    struct List {
        std::atomic<Chunk*> first{nullptr};
        Chunk* last = nullptr;  ///< the writer's
    };
    // A slot is component << 32 | (number of its list + 1), or 0.
    struct Table {
        explicit Table(uint32_t table_bits)
            : bits(table_bits),
              slots(std::make_unique<std::atomic<uint64_t>[]>(size_t{1} << table_bits)) {}
        uint32_t bits;
        std::unique_ptr<std::atomic<uint64_t>[]> slots;
    };

    [[nodiscard]] size_t slot_of(const Table& table, uint32_t component) const;
    [[nodiscard]] const List* find(uint32_t component) const;
    [[nodiscard]] const Chunk* first_chunk(uint32_t component) const;
    List& find_or_make(uint32_t component);
    void grow_table();
    void push(List& list, Posting posting);

    Arena& arena_;
    const uint64_t seed_;
    ChunkedArray<List> lists_;
    uint32_t list_count_ = 0;
    std::vector<std::unique_ptr<Table>> tables_;
    std::atomic<const Table*> table_;
};

}  // namespace temblor
