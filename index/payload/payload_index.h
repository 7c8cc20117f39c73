#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "data/row_bitmap.h"
#include "data/status.h"
#include "index/payload/filter.h"
#include "index/payload/payload_type.h"

namespace temblor {

class IndexedValues;

/// What an index says about a condition: of all other rows it is certain that they do not fulfil
/// it. The two sets are disjoint.
struct IndexAnswer {
    RowBitmap certain;    ///< rows that do
    RowBitmap uncertain;  ///< rows whose payload must be looked at
};

/// The index of one payload key over the rows of one segment (payload_index_builder.h builds it,
/// payload_index_format.h describes its bytes). It answers every test of its key: what it cannot
/// tell, such as the values of rows that hold another type than its own, it leaves uncertain, so
/// that it never changes an answer. Immutable, thread-safe.
class PayloadIndex {
public:
    /// Over bytes that `owner` keeps alive, in time of the length of the key. Errors: kCorruption.
    static Result<PayloadIndex> open(std::shared_ptr<const void> owner,
                                     std::span<const std::byte> bytes);
    ~PayloadIndex();
    PayloadIndex(PayloadIndex&&) noexcept;
    PayloadIndex& operator=(PayloadIndex&&) noexcept;

    [[nodiscard]] const KeyPath& key() const { return key_; }
    [[nodiscard]] PayloadType type() const { return type_; }
    [[nodiscard]] uint64_t rows() const { return rows_; }
    [[nodiscard]] uint64_t byte_size() const { return bytes_; }

    /// Nothing when the condition is not about this key, cannot be told from what is stored (counts
    /// of values under "[]"), or damage is met. Matching a value costs a binary search and its
    /// bitmap, a range the rows in it; `except`, `text`, and moments among keywords visit every
    /// distinct value.
    [[nodiscard]] std::optional<IndexAnswer> rows(const Condition& condition) const;

    /// At most this many rows are in rows(condition), together. Cheap: searches and directories.
    /// Nothing where rows() gives nothing, except that damage may go unnoticed.
    [[nodiscard]] std::optional<uint64_t> estimate(const Condition& condition) const;

    /// Checks all that open() does not. O(bytes). What passes may still be wrong, but is well
    /// formed; checksums are the segment's matter.
    [[nodiscard]] Status validate() const;

private:
    PayloadIndex();

    [[nodiscard]] const FieldTest* test_of(const Condition& condition) const;
    [[nodiscard]] std::optional<IndexAnswer> count_rows(const ValuesCount& test) const;

    std::shared_ptr<const void> owner_;
    uint64_t bytes_ = 0;
    KeyPath key_;
    PayloadType type_ = PayloadType::kKeyword;
    uint64_t rows_ = 0;
    std::span<const std::byte> empty_;
    std::span<const std::byte> null_;
    std::span<const std::byte> other_;
    std::unique_ptr<const IndexedValues> values_;
};

}  // namespace temblor
