#include "index/dense/vector_store.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "data/dense_vector.h"
#include "data/half_float.h"

namespace temblor {
namespace {

constexpr std::array kStoreNames{std::pair{VectorStoreKind::kF32, std::string_view("f32")},
                                 std::pair{VectorStoreKind::kF16, std::string_view("f16")},
                                 std::pair{VectorStoreKind::kU8, std::string_view("u8")}};

/// Least value and step of each dimension over all rows.
std::vector<float> find_steps(std::span<const float> vectors, uint32_t dim) {
    std::vector<float> steps(size_t{dim} * 2);
    const size_t n = vectors.size() / dim;
    for (uint32_t d = 0; d < dim; ++d) {
        float low = vectors[d];
        float high = vectors[d];
        for (size_t i = 1; i < n; ++i) {
            low = std::min(low, vectors[i * dim + d]);
            high = std::max(high, vectors[i * dim + d]);
        }
        steps[d] = low;
        // Halves first: the range of two finite numbers need not be finite.
        steps[dim + d] = high / 255 - low / 255;
    }
    return steps;
}

/// Writes rows in the store's form and keeps their squared lengths as they were stored.
class StoreWriter {
public:
    StoreWriter(uint32_t dim, Distance distance, VectorStoreKind kind, SegmentWriter& writer)
        : dim_(dim), distance_(distance), kind_(kind), writer_(writer), row_(dim) {}

    Status write(std::span<const float> vectors, std::span<const float> steps) {
        const size_t n = vectors.size() / dim_;
        TEMBLOR_RETURN_IF_ERROR(writer_.begin(SectionKind::kVectors));
        for (size_t i = 0; i < n; ++i) {
            const auto row = vectors.subspan(i * dim_, dim_);
            std::copy(row.begin(), row.end(), row_.begin());
            if (distance_ == Distance::kCosine) normalize(row_);
            TEMBLOR_RETURN_IF_ERROR(append(i, steps));
            if (bytes_.size() >= kChunk || i + 1 == n) {
                TEMBLOR_RETURN_IF_ERROR(writer_.append(bytes_));
                bytes_.clear();
            }
        }
        if (distance_ == Distance::kEuclid)
            return writer_.add_array<float>(SectionKind::kVectorNorms, norms_);
        return Status::ok();
    }

private:
    static constexpr size_t kChunk = 4 << 20;

    template <typename T>
    void put(T value) {
        const auto at = bytes_.size();
        bytes_.resize(at + sizeof(T));
        std::memcpy(bytes_.data() + at, &value, sizeof(T));
    }

    Status append(size_t row, std::span<const float> steps) {
        double norm = 0;
        for (uint32_t d = 0; d < dim_; ++d) {
            float stored = row_[d];
            if (kind_ == VectorStoreKind::kF32) {
                put(stored);
            } else if (kind_ == VectorStoreKind::kF16) {
                if (std::abs(stored) > kLargestHalf) {
                    return Status::invalid_argument(
                        "row " + std::to_string(row) + ": dimension " + std::to_string(d) + " is " +
                        std::to_string(stored) + ", half floats hold up to 65504");
                }
                const uint16_t half = float_to_half(stored);
                put(half);
                stored = half_to_float(half);
            } else {
                const float step = steps[dim_ + d];
                const float at = step > 0 ? (stored - steps[d]) / step : 0;
                const auto byte = static_cast<uint8_t>(std::clamp(std::round(at), 0.0F, 255.0F));
                put(byte);
                stored = steps[d] + step * static_cast<float>(byte);
            }
            norm += static_cast<double>(stored) * static_cast<double>(stored);
        }
        if (distance_ == Distance::kEuclid) norms_.push_back(static_cast<float>(norm));
        return Status::ok();
    }

    uint32_t dim_;
    Distance distance_;
    VectorStoreKind kind_;
    SegmentWriter& writer_;
    std::vector<float> row_;
    std::vector<std::byte> bytes_;
    std::vector<float> norms_;
};

}  // namespace

std::string_view vector_store_name(VectorStoreKind kind) {
    for (const auto& [value, name] : kStoreNames)
        if (value == kind) return name;
    return "unknown";
}

Result<VectorStoreKind> parse_vector_store(std::string_view name) {
    for (const auto& [value, text] : kStoreNames)
        if (text == name) return value;
    return Status::invalid_argument("store: \"" + std::string(name) +
                                    "\", expected f32, f16 or u8");
}

Result<VectorStore> VectorStore::open(const SectionFile& file, VectorStoreKind kind, uint64_t rows,
                                      uint32_t dim, Distance distance) {
    VectorStore store;
    store.kind_ = kind;
    store.rows_ = rows;
    store.dim_ = dim;
    store.distance_ = distance;
    store.values_ = file.section(SectionKind::kVectors);
    if (store.values_.size() != rows * store.row_bytes()) {
        return Status::corruption("section vectors: " + std::to_string(store.values_.size()) +
                                  " bytes, expected " + std::to_string(rows * store.row_bytes()));
    }
    TEMBLOR_ASSIGN_OR_RETURN(store.steps_, file.array<float>(SectionKind::kVectorSteps));
    if (store.steps_.size() != (kind == VectorStoreKind::kU8 ? 2 * uint64_t{dim} : 0))
        return Status::corruption("section vector_steps: not two numbers a dimension");
    TEMBLOR_ASSIGN_OR_RETURN(store.norms_, file.array<float>(SectionKind::kVectorNorms));
    if (store.norms_.size() != (distance == Distance::kEuclid ? rows : 0))
        return Status::corruption("section vector_norms: not a number a row");
    return store;
}

VectorStore VectorStore::over(std::span<const float> values, uint32_t dim, Distance distance,
                              std::span<const float> norms) {
    VectorStore store;
    store.distance_ = distance;
    store.rows_ = values.size() / dim;
    store.dim_ = dim;
    store.values_ = std::as_bytes(values);
    store.norms_ = norms;
    return store;
}

void VectorStore::read(uint64_t r, std::span<float> out) const {
    const std::byte* at = row(r);
    for (uint32_t d = 0; d < dim_; ++d) {
        if (kind_ == VectorStoreKind::kF32) {
            std::memcpy(&out[d], at + size_t{d} * 4, 4);
        } else if (kind_ == VectorStoreKind::kF16) {
            uint16_t half = 0;
            std::memcpy(&half, at + size_t{d} * 2, 2);
            out[d] = half_to_float(half);
        } else {
            out[d] = steps_[d] + steps_[dim_ + d] * static_cast<float>(at[d]);
        }
    }
}

std::vector<float> squared_lengths(std::span<const float> rows, uint32_t dim) {
    std::vector<float> out(rows.size() / dim);
    for (size_t i = 0; i < out.size(); ++i) {
        double sum = 0;
        for (const float v : rows.subspan(i * dim, dim))
            sum += static_cast<double>(v) * static_cast<double>(v);
        out[i] = static_cast<float>(sum);
    }
    return out;
}

Status write_vector_store(std::span<const float> vectors, uint32_t dim, Distance distance,
                          VectorStoreKind kind, SegmentWriter& writer) {
    std::vector<float> steps;
    if (kind == VectorStoreKind::kU8 && !vectors.empty()) {
        if (distance == Distance::kCosine) {
            std::vector<float> unit(vectors.begin(), vectors.end());
            for (size_t i = 0; i < unit.size() / dim; ++i)
                normalize(std::span(unit).subspan(i * dim, dim));
            steps = find_steps(unit, dim);
        } else {
            steps = find_steps(vectors, dim);
        }
        TEMBLOR_RETURN_IF_ERROR(writer.add_array<float>(SectionKind::kVectorSteps, steps));
    }
    return StoreWriter(dim, distance, kind, writer).write(vectors, steps);
}

}  // namespace temblor
