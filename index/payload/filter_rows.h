#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "data/row_bitmap.h"
#include "data/status.h"
#include "index/payload/filter.h"
#include "index/payload/payload_index.h"

namespace temblor {

/// The payloads of a segment or of a memtable, by row.
class PayloadSource {
public:
    PayloadSource() = default;
    PayloadSource(const PayloadSource&) = delete;
    PayloadSource& operator=(const PayloadSource&) = delete;
    virtual ~PayloadSource() = default;

    using Visit = std::function<Status(uint32_t row, const DocumentId& id, std::string_view json)>;

    /// Rows are [0, rows()).
    [[nodiscard]] virtual uint64_t rows() const = 0;
    /// The index of a key in canonical text (KeyPath::text), or null.
    [[nodiscard]] virtual const PayloadIndex* index(std::string_view key) const = 0;
    [[nodiscard]] virtual std::optional<uint32_t> row_of(const DocumentId& id) const = 0;
    /// Calls `visit` for each of `rows`, ascending, and stops at the first error, which it returns.
    virtual Status visit(const RowBitmap& rows, const Visit& visit) const = 0;
};

struct FilterRows {
    RowBitmap rows;
    uint64_t payloads_read = 0;
};

/// The rows of the source, and of `candidates` when they are not null, that `filter` takes: just
/// those for which matches() is true. Indexes decide what they can, the condition with the fewest
/// rows first, each on the rows that the ones before it left; then the payloads of rows that are
/// still undecided are read, each once. An index is passed over when reading the payloads that are
/// left costs less than walking its rows, and when its number of rows is not the source's.
/// Errors: those of visit(); kCorruption, with the row, for a payload that is not an object.
Result<FilterRows> filter_rows(const Filter& filter, const PayloadSource& source,
                               const RowBitmap* candidates);

}  // namespace temblor
