#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "data/row_bitmap.h"

namespace temblor {

/// The rows of a segment that were deleted since it was built. A value: copies share their bitmaps,
/// which are never changed, so a reader keeps the set it began with. Adding rows copies only the
/// recent ones, which are folded into the rest when they are many.
class DeadRows {
public:
    DeadRows() = default;
    explicit DeadRows(RowBitmap rows);

    [[nodiscard]] bool empty() const { return count_ == 0; }
    [[nodiscard]] uint64_t count() const { return count_; }
    [[nodiscard]] bool contains(uint32_t row) const {
        return (recent_ != nullptr && recent_->contains(row)) ||
               (old_ != nullptr && old_->contains(row));
    }
    /// This set and `rows`. O(recent + rows), now and then O(rows of the segment / 8) bytes.
    [[nodiscard]] DeadRows with(std::span<const uint32_t> rows) const;
    /// All of it as one bitmap.
    [[nodiscard]] RowBitmap all() const;

private:
    std::shared_ptr<const RowBitmap> old_;
    std::shared_ptr<const RowBitmap> recent_;
    uint64_t count_ = 0;
};

}  // namespace temblor
