#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "data/row_bitmap.h"
#include "data/status.h"

namespace temblor {

/// Values (int64_t or double) with their rows, sorted by value, then row, over bytes. Whatever the
/// bytes, only rows below the limit come out.
template <typename V>
class SortedRun {
public:
    using Range = std::pair<uint64_t, uint64_t>;  ///< entries [first, second)

    static constexpr uint64_t kEntryBytes = sizeof(V) + sizeof(uint32_t);

    SortedRun() = default;
    /// `bytes` are kEntryBytes for each entry.
    SortedRun(std::span<const std::byte> bytes, uint64_t entries, uint64_t row_limit)
        : values_(bytes.data()),
          rows_(bytes.data() + entries * sizeof(V)),
          entries_(entries),
          row_limit_(row_limit) {}

    [[nodiscard]] uint64_t entries() const { return entries_; }

    /// Entries from the first that is not `too_small` to the first that is `too_large`; both must
    /// be monotone in the value. O(log entries).
    template <typename TooSmall, typename TooLarge>
    [[nodiscard]] Range between(const TooSmall& too_small, const TooLarge& too_large) const {
        const uint64_t begin = partition(0, [&](V v) { return too_small(v); });
        return {begin, partition(begin, [&](V v) { return !too_large(v); })};
    }
    [[nodiscard]] Range equal(V value) const {
        return between([value](V v) { return v < value; }, [value](V v) { return v > value; });
    }

    void add_rows(Range range, RowBitmap& out) const {
        std::vector<uint32_t> rows;
        rows.reserve(std::min<uint64_t>(range.second - range.first, kBatch));
        for (uint64_t i = range.first; i < range.second; ++i) {
            const uint32_t r = row(i);
            if (r < row_limit_) rows.push_back(r);
            if (rows.size() < kBatch && i + 1 < range.second) continue;
            std::sort(rows.begin(), rows.end());
            out.addMany(rows.size(), rows.data());
            rows.clear();
        }
    }

    /// Ok when the entries are in order, distinct, finite, and their rows below the limit.
    [[nodiscard]] Status validate() const {
        for (uint64_t i = 0; i < entries_; ++i) {
            const auto wrong = [i](std::string_view what) {
                return Status::corruption("entry " + std::to_string(i) + ": " + std::string(what));
            };
            if (row(i) >= row_limit_) return wrong("a row past the end");
            if constexpr (std::is_floating_point_v<V>) {
                if (!std::isfinite(value(i)) || (value(i) == 0 && std::signbit(value(i)))) {
                    return wrong("not a finite number, or negative zero");
                }
            }
            if (i == 0 || value(i - 1) < value(i)) continue;
            if (value(i - 1) > value(i) || row(i - 1) >= row(i)) return wrong("out of order");
        }
        return Status::ok();
    }

private:
    static constexpr size_t kBatch = size_t{1} << 20;

    [[nodiscard]] V value(uint64_t i) const {
        V v{};
        std::memcpy(&v, values_ + i * sizeof(V), sizeof(V));
        return v;
    }
    [[nodiscard]] uint32_t row(uint64_t i) const {
        uint32_t r = 0;
        std::memcpy(&r, rows_ + i * sizeof(r), sizeof(r));
        return r;
    }
    /// The first entry from `begin` on for whose value `before` is false.
    template <typename Before>
    [[nodiscard]] uint64_t partition(uint64_t begin, const Before& before) const {
        uint64_t end = entries_;
        while (begin < end) {
            const uint64_t middle = begin + (end - begin) / 2;
            if (before(value(middle))) {
                begin = middle + 1;
            } else {
                end = middle;
            }
        }
        return begin;
    }

    const std::byte* values_ = nullptr;
    const std::byte* rows_ = nullptr;
    uint64_t entries_ = 0;
    uint64_t row_limit_ = 0;
};

}  // namespace temblor
