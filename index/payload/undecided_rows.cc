#include "index/payload/undecided_rows.h"

namespace temblor {

void UndecidedRows::and_with(const UndecidedRows& other) {
    RowBitmap both = possible() & other.possible();
    yes &= other.yes;
    both -= yes;
    maybe = std::move(both);
}

void UndecidedRows::or_with(const UndecidedRows& other) {
    yes |= other.yes;
    maybe |= other.maybe;
    maybe -= yes;
}

void UndecidedRows::negate(const RowBitmap& rows) {
    RowBitmap no = rows;
    no -= yes;
    no -= maybe;
    yes = std::move(no);
}

void RowCounter::add(RowBitmap rows) {
    for (RowBitmap& digit : digits_) {
        if (rows.isEmpty()) return;
        RowBitmap carry = digit & rows;
        digit ^= rows;
        rows = std::move(carry);
    }
    if (!rows.isEmpty()) digits_.push_back(std::move(rows));
}

RowBitmap RowCounter::at_least(uint64_t count, const RowBitmap& rows) const {
    if (digits_.size() < 64 && count >> digits_.size() != 0) return {};
    RowBitmap greater;
    RowBitmap equal = rows;
    for (size_t d = digits_.size(); d > 0; --d) {
        const RowBitmap& digit = digits_[d - 1];
        if ((count >> (d - 1) & 1U) == 0) {
            greater |= equal & digit;
            equal -= digit;
        } else {
            equal &= digit;
        }
    }
    return greater | equal;
}

}  // namespace temblor
