#include "index/collection/growing_postings.h"

#include <algorithm>
#include <new>

#include "data/splitmix.h"

namespace temblor {
namespace {

constexpr uint32_t kFirstTableBits = 10;
constexpr uint32_t kFirstChunk = 4;
constexpr uint32_t kMaxChunk = 256;

constexpr auto kAcquire = std::memory_order_acquire;
constexpr auto kRelease = std::memory_order_release;
constexpr auto kRelaxed = std::memory_order_relaxed;

}  // namespace

// The seed differs from one index to the next, so that nobody can prepare components that collide.
GrowingPostings::GrowingPostings(Arena& arena)
    : arena_(arena), seed_(SplitMix::mix(reinterpret_cast<uintptr_t>(this))) {
    tables_.push_back(std::make_unique<Table>(kFirstTableBits));
    table_.store(tables_.back().get(), kRelease);
}

/// The slot that holds `component`, or the empty one where it belongs.
size_t GrowingPostings::slot_of(const Table& table, uint32_t component) const {
    const size_t mask = (size_t{1} << table.bits) - 1;
    size_t slot = SplitMix::mix(component ^ seed_) & mask;
    while (true) {
        const uint64_t entry = table.slots[slot].load(kAcquire);
        if (entry == 0 || entry >> 32 == component) return slot;
        slot = (slot + 1) & mask;
    }
}

const GrowingPostings::List* GrowingPostings::find(uint32_t component) const {
    const Table& table = *table_.load(kAcquire);
    const uint64_t entry = table.slots[slot_of(table, component)].load(kAcquire);
    return entry == 0 ? nullptr : &lists_[static_cast<uint32_t>(entry) - 1];
}

void GrowingPostings::grow_table() {
    const Table& old = *tables_.back();
    auto larger = std::make_unique<Table>(old.bits + 1);
    for (size_t slot = 0; slot < size_t{1} << old.bits; ++slot) {
        const uint64_t entry = old.slots[slot].load(kRelaxed);
        if (entry == 0) continue;
        const size_t to = slot_of(*larger, static_cast<uint32_t>(entry >> 32));
        larger->slots[to].store(entry, kRelaxed);
    }
    tables_.push_back(std::move(larger));
    table_.store(tables_.back().get(), kRelease);
}

GrowingPostings::List& GrowingPostings::find_or_make(uint32_t component) {
    const Table* table = tables_.back().get();
    size_t slot = slot_of(*table, component);
    const uint64_t entry = table->slots[slot].load(kRelaxed);
    if (entry != 0) return lists_.make(static_cast<uint32_t>(entry) - 1);
    if (size_t{list_count_} + 1 > (size_t{1} << table->bits) / 2) {
        grow_table();
        table = tables_.back().get();
        slot = slot_of(*table, component);
    }
    TEMBLOR_CHECK(list_count_ < UINT32_MAX);
    List& list = lists_.make(list_count_);
    ++list_count_;
    table->slots[slot].store(uint64_t{component} << 32 | list_count_, kRelease);
    return list;
}

void GrowingPostings::push(List& list, Posting posting) {
    Chunk* const last = list.last;
    const uint32_t count = last == nullptr ? 0 : last->count.load(kRelaxed);
    if (last != nullptr && count < last->capacity) {
        last->postings()[count] = posting;
        last->count.store(count + 1, kRelease);
        return;
    }
    const uint32_t capacity =
        last == nullptr ? kFirstChunk : std::min(kMaxChunk, last->capacity * 2);
    std::byte* const memory =
        arena_.allocate(sizeof(Chunk) + capacity * sizeof(Posting), alignof(Chunk));
    auto* const chunk = new (memory) Chunk;
    chunk->capacity = capacity;
    chunk->postings()[0] = posting;
    chunk->count.store(1, kRelaxed);
    (last == nullptr ? list.first : last->next).store(chunk, kRelease);
    list.last = chunk;
}

void GrowingPostings::append(uint32_t row, SparseVectorView vector) {
    for (size_t i = 0; i < vector.nnz(); ++i) {
        if (vector.values[i] == 0) continue;
        push(find_or_make(vector.components[i]), {row, vector.values[i]});
    }
}

const GrowingPostings::Chunk* GrowingPostings::first_chunk(uint32_t component) const {
    const List* const list = find(component);
    return list == nullptr ? nullptr : list->first.load(kAcquire);
}

void GrowingPostings::add_scores(SparseVectorView query, uint32_t rows, RowScores& scores) const {
    double* const sums = scores.sums();
    uint8_t* const touched = scores.touched();
    const Chunk* following = query.nnz() == 0 ? nullptr : first_chunk(query.components[0]);
    for (size_t i = 0; i < query.nnz(); ++i) {
        const double weight = query.values[i];
        const Chunk* chunk = following;
        // The next list is on its way while this one is added.
        following = i + 1 < query.nnz() ? first_chunk(query.components[i + 1]) : nullptr;
        if (following != nullptr) __builtin_prefetch(following);
        while (chunk != nullptr) {
            const Chunk* const next = chunk->next.load(kAcquire);
            if (next != nullptr) __builtin_prefetch(next);
            const Posting* const postings = chunk->postings();
            uint32_t count = chunk->count.load(kAcquire);
            const bool whole = postings[count - 1].row < rows;
            if (!whole) {
                const auto* const end = std::partition_point(
                    postings, postings + count, [rows](Posting p) { return p.row < rows; });
                count = static_cast<uint32_t>(end - postings);
            }
            for (uint32_t p = 0; p < count; ++p) {
                const Posting posting = postings[p];
                sums[posting.row] += weight * posting.value;
                touched[posting.row >> RowScores::kBlockBits] = 1;
            }
            if (!whole) break;
            chunk = next;
        }
    }
}

uint32_t GrowingPostings::count_rows(uint32_t component, uint32_t rows) const {
    uint32_t counted = 0;
    for (const Chunk* chunk = first_chunk(component); chunk != nullptr;
         chunk = chunk->next.load(kAcquire)) {
        const Posting* const postings = chunk->postings();
        const uint32_t count = chunk->count.load(kAcquire);
        if (postings[count - 1].row < rows) {
            counted += count;
            continue;
        }
        const auto* const end = std::partition_point(postings, postings + count,
                                                     [rows](Posting p) { return p.row < rows; });
        return counted + static_cast<uint32_t>(end - postings);
    }
    return counted;
}

uint64_t GrowingPostings::bytes() const {
    uint64_t bytes = lists_.bytes();
    for (const auto& table : tables_) bytes += (size_t{1} << table->bits) * sizeof(uint64_t);
    return bytes;
}

}  // namespace temblor
