#include "tests/payload/memory_payloads.h"

#include <algorithm>

#include "index/payload/payload_matcher.h"

namespace temblor {

std::vector<uint32_t> rows_of(const RowBitmap& bitmap) {
    std::vector<uint32_t> rows(bitmap.cardinality());
    bitmap.toUint32Array(rows.data());
    return rows;
}

Result<PayloadIndex> open_index(const std::vector<std::byte>& bytes) {
    const std::shared_ptr<std::byte[]> copy(new std::byte[bytes.size()]);
    std::copy(bytes.begin(), bytes.end(), copy.get());
    return PayloadIndex::open(copy, {copy.get(), bytes.size()});
}

void MemoryPayloads::add(DocumentId id, std::string json) {
    rows_.emplace(id, static_cast<uint32_t>(payloads_.size()));
    ids_.push_back(std::move(id));
    payloads_.push_back(std::move(json));
}

std::vector<std::byte> MemoryPayloads::index_bytes(std::string_view key, PayloadType type) const {
    PayloadIndexBuilder builder(key_of(key), type);
    for (uint32_t row = 0; row < payloads_.size(); ++row) {
        const Status status = builder.add(row, payloads_[row]);
        EXPECT_TRUE(status.is_ok()) << status.to_string();
    }
    return builder.finish();
}

void MemoryPayloads::add_index(std::string_view key, PayloadType type) {
    auto index = open_index(index_bytes(key, type));
    ASSERT_TRUE(index.is_ok()) << index.status().to_string();
    const Status status = index->validate();
    EXPECT_TRUE(status.is_ok()) << status.to_string();
    set_index(std::move(index).value());
}

void MemoryPayloads::set_index(PayloadIndex index) {
    std::string key = index.key().text();
    indexes_.insert_or_assign(std::move(key), std::move(index));
}

const PayloadIndex* MemoryPayloads::index(std::string_view key) const {
    const auto at = indexes_.find(key);
    return at == indexes_.end() ? nullptr : &at->second;
}

std::optional<uint32_t> MemoryPayloads::row_of(const DocumentId& id) const {
    const auto at = rows_.find(id);
    if (at == rows_.end()) return std::nullopt;
    return at->second;
}

Status MemoryPayloads::visit(const RowBitmap& rows, const Visit& visit) const {
    for (const uint32_t row : rows) {
        TEMBLOR_RETURN_IF_ERROR(visit(row, ids_[row], payloads_[row]));
    }
    return Status::ok();
}

RowBitmap MemoryPayloads::brute_force(const Filter& filter) const {
    PayloadMatcher matcher;
    RowBitmap taken;
    for (uint32_t row = 0; row < payloads_.size(); ++row) {
        const auto matched = matcher.matches(filter, ids_[row], payloads_[row]);
        EXPECT_TRUE(matched.is_ok()) << matched.status().to_string();
        if (matched.is_ok() && *matched) taken.add(row);
    }
    return taken;
}

}  // namespace temblor
