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

/// What the values in an index say about a test.
struct ValueRows {
    RowBitmap certain;            ///< rows with an indexed value for which the test holds
    RowBitmap uncertain;          ///< rows of which the index knows too little (types, zones)
    bool others_may_hold = true;  ///< whether the test can hold for a value that is not indexed
};
/// At most this many rows would be in ValueRows.
struct ValueEstimate {
    uint64_t rows = 0;
    bool others_may_hold = true;
};

/// The part of a payload index that depends on its type: from values to rows. Bounds-checked over
/// bytes that the index keeps alive; immutable, thread-safe.
class IndexedValues {
public:
    IndexedValues() = default;
    IndexedValues(const IndexedValues&) = delete;
    IndexedValues& operator=(const IndexedValues&) = delete;
    virtual ~IndexedValues() = default;

    /// Answers tests of values: MatchAny, MatchExcept, MatchText, NumberRange, MomentRange.
    /// Nothing when damage is met.
    [[nodiscard]] virtual std::optional<ValueRows> find(const FieldTest& test) const = 0;
    /// Cheap: no bitmap is read, no list of rows walked.
    [[nodiscard]] virtual std::optional<ValueEstimate> estimate(const FieldTest& test) const = 0;
    /// Everything that open leaves unchecked. O(bytes).
    [[nodiscard]] virtual Status validate() const = 0;
};

/// Over `body`, the last part of an index's bytes (payload_index_format.h). O(1). Errors:
/// kCorruption when sizes do not add up.
Result<std::unique_ptr<IndexedValues>> open_indexed_values(PayloadType type, uint64_t rows,
                                                           uint64_t entries,
                                                           std::span<const std::byte> body);

Result<std::unique_ptr<IndexedValues>> open_keywords(uint64_t rows, uint64_t entries,
                                                     std::span<const std::byte> body);
Result<std::unique_ptr<IndexedValues>> open_bools(uint64_t rows, uint64_t entries,
                                                  std::span<const std::byte> body);
Result<std::unique_ptr<IndexedValues>> open_integers(uint64_t rows, uint64_t entries,
                                                     std::span<const std::byte> body);
Result<std::unique_ptr<IndexedValues>> open_floats(uint64_t rows, uint64_t entries,
                                                   std::span<const std::byte> body);
Result<std::unique_ptr<IndexedValues>> open_moments(uint64_t rows, uint64_t entries,
                                                    std::span<const std::byte> body);

}  // namespace temblor
