#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "data/sparse_vector.h"
#include "data/status.h"
#include "index/build_parameters.h"

namespace temblor {

/// A document's position in the forward store, counted in units of ForwardShape::unit bytes.
/// Postings are places, so that a search needs no look-up between a posting and its record.
using Place = uint32_t;

/// What the bytes of a forward store mean. Components are internal ones (index/component_map.h).
///
/// Every record begins with u32 row, u32 count. Then, by kind:
/// - record: the `tier` heaviest entries, components (u16, wide: u32) then weights (u8), which fill
/// the
///   128-byte first tier together with the header; then the other entries, all components before
///   all weights. Entries ascend by component within a tier. A weight is round(value / scale) in 16
///   bits, w = 256 * high + low with low in [-128, 127]; the record holds `high`, the array `low`
///   holds the other byte of entry j at place * low_stride + j. Records are aligned to 64 bytes.
/// - compact: u32 bytes of coded components, the components' gaps in the StreamVByte code (2
/// control
///   bits an entry, four entries a control byte), then weights (u8), value = scale * weight.
/// - f32: components (u32), then values (f32).
struct ForwardShape {
    ForwardKind kind = ForwardKind::kRecord;
    bool wide = false;  ///< components of records take 32 bits, for 65,537 or more of them
    uint64_t rows = 0;
    uint32_t components = 0;  ///< internal components are below this
    float scale = 1;          ///< value of one weight step

    static constexpr uint32_t kFirstTierBytes = 128;
    static constexpr uint32_t kHeaderBytes = 8;
    /// Zero bytes behind the last record, so that a kernel may read past a record's end.
    static constexpr uint32_t kSlack = 256;

    [[nodiscard]] uint32_t unit() const { return kind == ForwardKind::kRecord ? 64 : 16; }
    [[nodiscard]] uint32_t component_bytes() const { return wide ? 4 : 2; }
    [[nodiscard]] uint32_t tier() const { return wide ? 24 : 40; }
    [[nodiscard]] uint32_t low_stride() const { return wide ? 13 : 22; }
    /// Two places differ by at least 1 << place_shift(): visited bits need only place >>
    /// place_shift().
    [[nodiscard]] uint32_t place_shift() const { return kind == ForwardKind::kRecord ? 1 : 0; }
};

/// Documents' whole vectors as stored, in row order. A view; see ForwardShape for the bytes.
class ForwardStore {
public:
    ForwardStore() = default;
    /// Checks that the sections' sizes agree with `shape`; records are checked when they are read.
    static Result<ForwardStore> open(const ForwardShape& shape, std::span<const Place> places,
                                     std::span<const std::byte> records,
                                     std::span<const std::byte> low);

    [[nodiscard]] const ForwardShape& shape() const { return shape_; }
    /// The place of each row, ascending.
    [[nodiscard]] std::span<const Place> places() const { return places_; }
    [[nodiscard]] const std::byte* records() const { return records_.data(); }
    [[nodiscard]] uint64_t record_bytes() const { return records_.size(); }
    [[nodiscard]] const int8_t* low() const { return reinterpret_cast<const int8_t*>(low_.data()); }
    /// One past the last place that a record may begin at and its first 128 bytes be read.
    [[nodiscard]] Place place_limit() const { return place_limit_; }

    /// The document at `place` with values as stored, components ascending. Errors: kCorruption.
    Status read(Place place, uint32_t& row, SparseVector& out) const;
    /// The same by row.
    Status read_row(uint64_t row, SparseVector& out) const;
    /// Every record: row numbers, counts, components' order and bounds. O(bytes).
    [[nodiscard]] Status validate() const;

private:
    ForwardShape shape_;
    std::span<const Place> places_;
    std::span<const std::byte> records_;
    std::span<const std::byte> low_;
    Place place_limit_ = 0;
};

/// Lays documents out as a forward store, some rows at a time so that little memory is needed.
class ForwardWriter {
public:
    /// `max_value` is the collection's largest value.
    ForwardWriter(ForwardKind kind, bool wide, uint64_t rows, uint32_t components, float max_value);

    [[nodiscard]] const ForwardShape& shape() const { return shape_; }
    /// Appends one document's record (internal components, ascending) to `records` and its low
    /// bytes to `low`, both whole units. kResourceExhausted when places no longer fit 32 bits.
    Status append(SparseVectorView document, std::vector<std::byte>& records,
                  std::vector<std::byte>& low);
    /// The places of the rows appended so far.
    [[nodiscard]] std::span<const Place> places() const { return places_; }

private:
    void append_record(SparseVectorView document, std::byte* record, std::byte* low);

    ForwardShape shape_;
    std::vector<Place> places_;
    uint64_t next_place_ = 0;
    std::vector<uint32_t> order_;
    std::vector<uint32_t> gaps_;
    std::vector<uint8_t> coded_;
};

}  // namespace temblor
