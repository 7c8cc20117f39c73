#include "index/dead_rows.h"

namespace temblor {
namespace {

constexpr uint64_t kMostRecent = 4096;

}  // namespace

DeadRows::DeadRows(RowBitmap rows) : count_(rows.cardinality()) {
    old_ = std::make_shared<const RowBitmap>(std::move(rows));
}

DeadRows DeadRows::with(std::span<const uint32_t> rows) const {
    DeadRows next = *this;
    auto recent =
        recent_ == nullptr ? std::make_shared<RowBitmap>() : std::make_shared<RowBitmap>(*recent_);
    for (const uint32_t row : rows) {
        if (old_ != nullptr && old_->contains(row)) continue;
        if (recent->addChecked(row)) ++next.count_;
    }
    if (recent->cardinality() <= kMostRecent) {
        next.recent_ = std::move(recent);
        return next;
    }
    if (old_ != nullptr) *recent |= *old_;
    recent->runOptimize();
    next.old_ = std::move(recent);
    next.recent_ = nullptr;
    return next;
}

RowBitmap DeadRows::all() const {
    RowBitmap rows = old_ == nullptr ? RowBitmap() : *old_;
    if (recent_ != nullptr) rows |= *recent_;
    return rows;
}

}  // namespace temblor
