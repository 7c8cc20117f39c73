#pragma once

#include <cstdint>
#include <functional>

#include "data/document_ids.h"
#include "data/status.h"
#include "index/collection/version.h"
#include "index/payload/filter.h"
#include "index/payload/filter_rows.h"

namespace temblor {

/// The live rows of one part of a version that pass a filter. Payload indexes narrow the rows down;
/// payloads are read only of what they leave open.
Result<FilterRows> filter_segment(const Version& version, const SegmentView& segment,
                                  const Filter& filter);
Result<FilterRows> filter_memtable(const Version& version, const MemtableView& memtable,
                                   const Filter& filter);

/// A row of a segment or of a memtable.
class MatchedRow {
public:
    MatchedRow(const CollectionSegment* segment, const Memtable* memtable, uint32_t row)
        : segment_(segment), memtable_(memtable), row_(row) {}
    [[nodiscard]] DocumentId id() const {
        return segment_ != nullptr ? segment_->id(row_) : memtable_->id(row_);
    }
    [[nodiscard]] uint64_t ordinal() const {
        return segment_ != nullptr ? segment_->ordinals()[row_] : memtable_->ordinal(row_);
    }

private:
    const CollectionSegment* segment_;
    const Memtable* memtable_;
    uint32_t row_;
};

/// Calls `each` for every live point that passes, in no promised order.
Status for_each_match(const Version& version, const Filter& filter,
                      const std::function<Status(const MatchedRow&)>& each);

}  // namespace temblor
