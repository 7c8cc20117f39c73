#pragma once

#include <cstdint>
#include <vector>

#include "data/row_bitmap.h"

namespace temblor {

/// What is known of a condition on a set of rows: it holds for `yes`, may hold for `maybe`, and
/// does not for the rest. The two are disjoint. (Kleene's three-valued logic, a bit a row.)
struct UndecidedRows {
    RowBitmap yes;
    RowBitmap maybe;

    /// Rows for which the condition is not ruled out.
    [[nodiscard]] RowBitmap possible() const { return yes | maybe; }

    /// Both conditions.
    void and_with(const UndecidedRows& other);
    /// One of them, or both.
    void or_with(const UndecidedRows& other);
    /// The condition's opposite on `rows`, which holds both sets.
    void negate(const RowBitmap& rows);
};

/// For how many of many conditions a row counts, as binary numbers whose digits are bitmaps:
/// adding one condition costs as many operations as the count has digits.
class RowCounter {
public:
    void add(RowBitmap rows);
    /// Rows of `rows` that were added `count` times or more.
    [[nodiscard]] RowBitmap at_least(uint64_t count, const RowBitmap& rows) const;

private:
    std::vector<RowBitmap> digits_;  // least significant first
};

}  // namespace temblor
