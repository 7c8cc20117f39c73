#include "index/forward_store.h"

#include <algorithm>
#include <cstring>

#include <streamvbyte.h>
#include <streamvbytedelta.h>

namespace temblor {
namespace {

template <typename T>
T load(const std::byte* at) {
    T value;
    std::memcpy(&value, at, sizeof(T));
    return value;
}

template <typename T>
void store(std::byte* at, T value) {
    std::memcpy(at, &value, sizeof(T));
}

uint64_t round_up(uint64_t value, uint64_t unit) { return (value + unit - 1) / unit * unit; }

/// Bytes that StreamVByte reads for `count` values whose control bytes are at `control`.
uint64_t coded_bytes(const std::byte* control, uint64_t count) {
    const uint64_t control_bytes = (count + 3) / 4;
    uint64_t bytes = control_bytes;
    for (uint64_t i = 0; i < count; ++i) {
        bytes += 1 + ((static_cast<uint32_t>(control[i / 4]) >> (2 * (i % 4))) & 3U);
    }
    return bytes;
}

Status damaged(Place place, const std::string& what) {
    return Status::corruption("section records: document at place " + std::to_string(place) + ": " +
                              what);
}

}  // namespace

Result<ForwardStore> ForwardStore::open(const ForwardShape& shape, std::span<const Place> places,
                                        std::span<const std::byte> records,
                                        std::span<const std::byte> low) {
    if (places.size() != shape.rows) {
        return Status::corruption("section places: " + std::to_string(places.size()) +
                                  " entries for " + std::to_string(shape.rows) + " documents");
    }
    const uint64_t unit = shape.unit();
    if (records.size() < ForwardShape::kSlack || records.size() % 16 != 0) {
        return Status::corruption("section records: " + std::to_string(records.size()) +
                                  " bytes, expected a multiple of 16 with slack");
    }
    const uint64_t units = (records.size() - ForwardShape::kSlack) / unit;
    if (units > UINT32_MAX) return Status::corruption("section records: over 2^32 units");
    if (shape.kind == ForwardKind::kRecord && low.size() != units * shape.low_stride()) {
        return Status::corruption("section record_low: " + std::to_string(low.size()) +
                                  " bytes, expected " + std::to_string(units * shape.low_stride()));
    }
    ForwardStore forward;
    forward.shape_ = shape;
    forward.places_ = places;
    forward.records_ = records;
    forward.low_ = low;
    forward.place_limit_ = static_cast<Place>(units);
    return forward;
}

Status ForwardStore::read_row(uint64_t row, SparseVector& out) const {
    if (row >= places_.size()) {
        return Status::not_found("row " + std::to_string(row) + " of " +
                                 std::to_string(places_.size()));
    }
    uint32_t stored = 0;
    TEMBLOR_RETURN_IF_ERROR(read(places_[row], stored, out));
    if (stored != row)
        return damaged(places_[row],
                       "row " + std::to_string(stored) + ", expected " + std::to_string(row));
    return Status::ok();
}

Status ForwardStore::read(Place place, uint32_t& row, SparseVector& out) const {
    out.components.clear();
    out.values.clear();
    if (place >= place_limit_) return damaged(place, "past the end");
    const uint64_t begin = uint64_t{place} * shape_.unit();
    const uint64_t room = records_.size() - begin;
    const std::byte* at = records_.data() + begin;
    row = load<uint32_t>(at);
    const uint64_t count = load<uint32_t>(at + 4);
    const uint64_t smallest = shape_.kind == ForwardKind::kF32       ? 8
                              : shape_.kind == ForwardKind::kCompact ? 2
                                                                     : shape_.component_bytes() + 1;
    if (count > shape_.components || count * smallest > room) {
        return damaged(place, "count " + std::to_string(count) + " is too large");
    }
    at += ForwardShape::kHeaderBytes;
    out.components.resize(count);
    out.values.resize(count);
    switch (shape_.kind) {
        case ForwardKind::kRecord: {
            if (room < ForwardShape::kFirstTierBytes) return damaged(place, "past the end");
            const uint64_t low_begin = uint64_t{place} * shape_.low_stride();
            if (low_begin + count > low_.size()) return damaged(place, "low bytes past the end");
            const uint64_t first = std::min<uint64_t>(count, shape_.tier());
            const uint64_t rest = count - first;
            const uint64_t cb = shape_.component_bytes();
            if (ForwardShape::kFirstTierBytes + rest * (cb + 1) > room) {
                return damaged(place, "record past the end");
            }
            std::vector<std::pair<uint32_t, float>> entries(count);
            for (uint64_t j = 0; j < count; ++j) {
                const bool heavy = j < first;
                const std::byte* components =
                    heavy ? at : at - ForwardShape::kHeaderBytes + ForwardShape::kFirstTierBytes;
                const uint64_t size = heavy ? shape_.tier() : rest;
                const uint64_t i = heavy ? j : j - first;
                const uint32_t c = shape_.wide ? load<uint32_t>(components + 4 * i)
                                               : load<uint16_t>(components + 2 * i);
                const auto high = static_cast<uint32_t>(load<uint8_t>(components + cb * size + i));
                const int32_t weight = static_cast<int32_t>(high) * 256 + low()[low_begin + j];
                entries[j] = {c, static_cast<float>(weight) * shape_.scale};
            }
            std::sort(entries.begin(), entries.end());
            for (uint64_t j = 0; j < count; ++j) {
                out.components[j] = entries[j].first;
                out.values[j] = entries[j].second;
            }
            break;
        }
        case ForwardKind::kCompact: {
            const uint64_t coded = load<uint32_t>(at);
            const uint64_t control_bytes = (count + 3) / 4;
            if (ForwardShape::kHeaderBytes + 4 + coded + count > room || control_bytes > coded ||
                coded_bytes(at + 4, count) != coded) {
                return damaged(place, "coded components do not fit");
            }
            if (count > 0) {
                streamvbyte_delta_decode(reinterpret_cast<const uint8_t*>(at + 4),
                                         out.components.data(), static_cast<uint32_t>(count), 0);
            }
            for (uint64_t j = 0; j < count; ++j) {
                out.values[j] =
                    static_cast<float>(load<uint8_t>(at + 4 + coded + j)) * shape_.scale;
            }
            break;
        }
        case ForwardKind::kF32:
            if (ForwardShape::kHeaderBytes + count * 8 > room)
                return damaged(place, "record past the end");
            if (count > 0) {
                std::memcpy(out.components.data(), at, count * 4);
                std::memcpy(out.values.data(), at + count * 4, count * 4);
            }
            break;
    }
    for (uint64_t j = 0; j < count; ++j) {
        if (out.components[j] >= shape_.components) {
            return damaged(place, "component " + std::to_string(out.components[j]) +
                                      " is not below " + std::to_string(shape_.components));
        }
        if (j > 0 && out.components[j - 1] >= out.components[j]) {
            return damaged(place, "components do not ascend");
        }
    }
    return Status::ok();
}

Status ForwardStore::validate() const {
    SparseVector document;
    for (uint64_t r = 0; r < places_.size(); ++r) TEMBLOR_RETURN_IF_ERROR(read_row(r, document));
    return Status::ok();
}

ForwardWriter::ForwardWriter(ForwardKind kind, bool wide, uint64_t rows, uint32_t components,
                             float max_value) {
    shape_.kind = kind;
    shape_.wide = wide;
    shape_.rows = rows;
    shape_.components = components;
    // The largest 16-bit weight whose high byte is 255 and low byte 127.
    constexpr float kLargestWeight = 255 * 256 + 127;
    const float largest = max_value > 0 ? max_value : 1;
    shape_.scale = kind == ForwardKind::kRecord    ? largest / kLargestWeight
                   : kind == ForwardKind::kCompact ? largest / 255
                                                   : 1;
    // The smallest positive floats must not make the scale zero.
    shape_.scale = std::max(shape_.scale, 1e-37F);
    places_.reserve(rows);
}

Status ForwardWriter::append(SparseVectorView document, std::vector<std::byte>& records,
                             std::vector<std::byte>& low) {
    const uint64_t count = document.nnz();
    const uint64_t unit = shape_.unit();
    uint64_t bytes = ForwardShape::kHeaderBytes;
    if (shape_.kind == ForwardKind::kRecord) {
        const uint64_t rest = count - std::min<uint64_t>(count, shape_.tier());
        bytes = ForwardShape::kFirstTierBytes + rest * (shape_.component_bytes() + 1);
    } else if (shape_.kind == ForwardKind::kF32) {
        bytes += count * 8;
    } else {
        coded_.resize(streamvbyte_max_compressedbytes(static_cast<uint32_t>(count)) + 16);
        const size_t coded =
            count == 0 ? 0
                       : streamvbyte_delta_encode(document.components.data(),
                                                  static_cast<uint32_t>(count), coded_.data(), 0);
        coded_.resize(coded);
        bytes += 4 + coded + count;
    }
    bytes = round_up(bytes, unit);
    if (next_place_ + bytes / unit > UINT32_MAX) {
        return Status::resource_exhausted("forward store: over 2^32 units of " +
                                          std::to_string(unit) + " bytes; split the collection");
    }
    const size_t begin = records.size();
    records.resize(begin + bytes);
    std::byte* at = records.data() + begin;
    store(at, static_cast<uint32_t>(places_.size()));
    store(at + 4, static_cast<uint32_t>(count));
    if (shape_.kind == ForwardKind::kRecord) {
        const size_t low_begin = low.size();
        low.resize(low_begin + bytes / unit * shape_.low_stride());
        append_record(document, at, low.data() + low_begin);
    } else if (shape_.kind == ForwardKind::kF32) {
        if (count > 0) {
            std::memcpy(at + 8, document.components.data(), count * 4);
            std::memcpy(at + 8 + count * 4, document.values.data(), count * 4);
        }
    } else {
        store(at + 8, static_cast<uint32_t>(coded_.size()));
        if (count > 0) std::memcpy(at + 12, coded_.data(), coded_.size());
        for (uint64_t j = 0; j < count; ++j) {
            const float steps = std::min(document.values[j] / shape_.scale + 0.5F, 255.0F);
            store(at + 12 + coded_.size() + j, static_cast<uint8_t>(steps));
        }
    }
    places_.push_back(static_cast<Place>(next_place_));
    next_place_ += bytes / unit;
    return Status::ok();
}

void ForwardWriter::append_record(SparseVectorView document, std::byte* record, std::byte* low) {
    const auto count = static_cast<uint32_t>(document.nnz());
    const uint32_t first = std::min(count, shape_.tier());
    order_.resize(count);
    for (uint32_t j = 0; j < count; ++j) order_[j] = j;
    if (first < count) {
        std::nth_element(order_.begin(), order_.begin() + first, order_.end(),
                         [&](uint32_t a, uint32_t b) {
                             return document.values[a] != document.values[b]
                                        ? document.values[a] > document.values[b]
                                        : a < b;
                         });
        std::sort(order_.begin(), order_.begin() + first);
        std::sort(order_.begin() + first, order_.end());
    }
    const uint32_t cb = shape_.component_bytes();
    for (uint32_t j = 0; j < count; ++j) {
        const bool heavy = j < first;
        std::byte* tier =
            record + (heavy ? ForwardShape::kHeaderBytes : ForwardShape::kFirstTierBytes);
        const uint32_t size = heavy ? shape_.tier() : count - first;
        const uint32_t i = heavy ? j : j - first;
        const uint32_t component = document.components[order_[j]];
        if (shape_.wide) {
            store(tier + size_t{4} * i, component);
        } else {
            store(tier + size_t{2} * i, static_cast<uint16_t>(component));
        }
        const float steps = document.values[order_[j]] / shape_.scale + 0.5F;
        const int32_t weight = static_cast<int32_t>(std::min(steps, 65407.0F));
        const int32_t high = std::min((weight + 128) >> 8, 255);
        store(tier + size_t{cb} * size + i, static_cast<uint8_t>(high));
        store(low + j, static_cast<int8_t>(weight - 256 * high));
    }
}

}  // namespace temblor
