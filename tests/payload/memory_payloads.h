#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "index/payload/filter_parser.h"
#include "index/payload/filter_rows.h"
#include "index/payload/payload_index_builder.h"

namespace temblor {

inline KeyPath key_of(std::string_view text) { return KeyPath::parse(text).value(); }

/// The filter, which must be right.
inline Filter filter_of(std::string_view json) {
    auto filter = parse_filter(json);
    EXPECT_TRUE(filter.is_ok()) << json << ": " << filter.status().to_string();
    return filter.is_ok() ? std::move(filter).value() : Filter{};
}

std::vector<uint32_t> rows_of(const RowBitmap& bitmap);

/// Payloads in memory, with ids and indexes; counts what is visited.
class MemoryPayloads final : public PayloadSource {
public:
    void add(DocumentId id, std::string json);
    /// Builds and opens the index of `key`, and checks that it validates.
    void add_index(std::string_view key, PayloadType type);
    void drop_indexes() { indexes_.clear(); }
    void set_index(PayloadIndex index);

    [[nodiscard]] std::vector<std::byte> index_bytes(std::string_view key, PayloadType type) const;
    [[nodiscard]] const std::string& json(uint32_t row) const { return payloads_[row]; }
    [[nodiscard]] const DocumentId& id(uint32_t row) const { return ids_[row]; }

    [[nodiscard]] uint64_t rows() const override { return payloads_.size(); }
    [[nodiscard]] const PayloadIndex* index(std::string_view key) const override;
    [[nodiscard]] std::optional<uint32_t> row_of(const DocumentId& id) const override;
    Status visit(const RowBitmap& rows, const Visit& visit) const override;

    /// What matches() says of each row.
    [[nodiscard]] RowBitmap brute_force(const Filter& filter) const;

private:
    std::vector<DocumentId> ids_;
    std::vector<std::string> payloads_;
    std::map<DocumentId, uint32_t> rows_;
    std::map<std::string, PayloadIndex, std::less<>> indexes_;
};

/// Opens the index over a copy of `bytes` that ends where its memory ends.
Result<PayloadIndex> open_index(const std::vector<std::byte>& bytes);

}  // namespace temblor
