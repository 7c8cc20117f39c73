#include "index/collection/memtable.h"

#include <algorithm>
#include <cstring>

namespace temblor {
namespace {

/// Not null, so that an empty vector differs from none.
constexpr std::byte kNoEntries[1] = {};

}  // namespace

Memtable::Memtable(std::shared_ptr<const Schema> schema) : schema_(std::move(schema)) {
    for (const auto& [name, settings] : schema_->sparse) sparse_.try_emplace(name, arena_);
    for (const auto& [name, settings] : schema_->dense) dense_.try_emplace(name, settings.size);
    bytes_.store(count_bytes(), std::memory_order_relaxed);
}

const char* Memtable::copy(const void* bytes, size_t size, size_t alignment) {
    if (size == 0) return nullptr;
    std::byte* const to = arena_.allocate(size, alignment);
    std::memcpy(to, bytes, size);
    return reinterpret_cast<const char*>(to);
}

void Memtable::append_sparse(SparseColumn& column, uint32_t row, SparseVectorView vector) {
    SparseEntry& entry = column.rows.make(row);
    entry.entries = kNoEntries;
    entry.nnz = static_cast<uint32_t>(vector.nnz());
    if (entry.nnz == 0) return;
    ++entry.filled;
    const size_t half = entry.nnz * sizeof(uint32_t);
    std::byte* const to = arena_.allocate(2 * half, alignof(uint32_t));
    std::memcpy(to, vector.components.data(), half);
    std::memcpy(to + half, vector.values.data(), half);
    entry.entries = to;
    column.postings.append(row, vector);
}

uint32_t Memtable::append(uint64_t ordinal, const Point& point) {
    const uint32_t row = rows_.load(std::memory_order_relaxed);
    TEMBLOR_CHECK(row < UINT32_MAX);
    TEMBLOR_CHECK(row == 0 || ordinals_[row - 1] < ordinal);
    ordinals_.make(row) = ordinal;
    Record& record = records_.make(row);
    record.id = point.id;
    if (const auto* text = std::get_if<std::string>(&record.id)) {
        if (text->capacity() > std::string().capacity()) id_bytes_ += text->capacity() + 1;
    }
    record.payload = copy(point.payload.data(), point.payload.size(), 1);
    record.payload_size = point.payload.size();
    for (auto& [name, column] : sparse_)
        column.rows.make(row).filled = row == 0 ? 0 : column.rows[row - 1].filled;
    for (auto& [name, column] : dense_) column.values_.make(row);
    for (const NamedVector& vector : point.vectors) {
        if (const auto* sparse = std::get_if<SparseVector>(&vector.value)) {
            const auto column = sparse_.find(vector.name);
            TEMBLOR_CHECK(column != sparse_.end());
            append_sparse(column->second, row, sparse->view());
        } else {
            const auto& values = std::get<DenseVector>(vector.value);
            const auto column = dense_.find(vector.name);
            TEMBLOR_CHECK(column != dense_.end() && column->second.size_ == values.size());
            column->second.values_.make(row) = reinterpret_cast<const float*>(
                copy(values.data(), values.size() * sizeof(float), alignof(std::max_align_t)));
        }
    }
    bytes_.store(count_bytes(), std::memory_order_relaxed);
    rows_.store(row + 1, std::memory_order_release);
    return row;
}

uint64_t Memtable::count_bytes() const {
    uint64_t bytes =
        sizeof(*this) + arena_.bytes() + ordinals_.bytes() + records_.bytes() + id_bytes_;
    for (const auto& [name, column] : sparse_) {
        bytes += sizeof(column) + column.rows.bytes() + column.postings.bytes();
    }
    for (const auto& [name, column] : dense_) bytes += sizeof(column) + column.values_.bytes();
    return bytes;
}

std::string_view Memtable::payload(uint32_t row) const {
    const Record& record = records_[row];
    return {record.payload, record.payload_size};
}

std::optional<uint32_t> Memtable::row_of_ordinal(uint64_t ordinal, uint32_t rows) const {
    uint32_t begin = 0;
    uint32_t end = rows;
    while (begin < end) {
        const uint32_t middle = begin + (end - begin) / 2;
        if (ordinals_[middle] < ordinal) {
            begin = middle + 1;
        } else {
            end = middle;
        }
    }
    if (begin == rows || ordinals_[begin] != ordinal) return std::nullopt;
    return begin;
}

bool Memtable::has_vector(std::string_view name, uint32_t row) const {
    if (const auto column = sparse_.find(name); column != sparse_.end()) {
        return column->second.rows[row].entries != nullptr;
    }
    return !dense(name, row).empty();
}

SparseVectorView Memtable::sparse(std::string_view name, uint32_t row) const {
    const auto column = sparse_.find(name);
    if (column == sparse_.end()) return {};
    const SparseEntry& entry = column->second.rows[row];
    if (entry.nnz == 0) return {};
    return {
        {reinterpret_cast<const uint32_t*>(entry.entries), entry.nnz},
        {reinterpret_cast<const float*>(entry.entries + entry.nnz * sizeof(uint32_t)), entry.nnz}};
}

std::span<const float> Memtable::dense(std::string_view name, uint32_t row) const {
    const DenseColumn* const column = dense_column(name);
    return column == nullptr ? std::span<const float>() : (*column)[row];
}

void Memtable::add_sparse_scores(std::string_view name, SparseVectorView query, uint32_t rows,
                                 RowScores& scores) const {
    const auto column = sparse_.find(name);
    TEMBLOR_CHECK(column != sparse_.end());
    scores.reserve(rows);
    column->second.postings.add_scores(query, rows, scores);
}

uint32_t Memtable::sparse_rows(std::string_view name, uint32_t rows) const {
    const auto column = sparse_.find(name);
    return column == sparse_.end() || rows == 0 ? 0 : column->second.rows[rows - 1].filled;
}

uint32_t Memtable::document_frequency(std::string_view name, uint32_t component,
                                      uint32_t rows) const {
    const auto column = sparse_.find(name);
    return column == sparse_.end() ? 0 : column->second.postings.count_rows(component, rows);
}

const Memtable::DenseColumn* Memtable::dense_column(std::string_view name) const {
    const auto column = dense_.find(name);
    return column == dense_.end() ? nullptr : &column->second;
}

}  // namespace temblor
