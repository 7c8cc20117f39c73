#include "query/dense/hashed_tables.h"

#include <algorithm>
#include <cmath>

namespace temblor {
namespace {

constexpr uint32_t kGroup = CodeShape::kGroup;
constexpr float kLargestEntry = 127;
constexpr float kLargestSum = 65535;
constexpr float kLeastUnit = 1e-30F;  // no sum is divided by zero

/// Sums of 8-bit codes, as DenseKernels::scan_codes does for 4-bit ones.
void scan_bytes(const uint8_t* codes, const uint8_t* tables, uint32_t subspaces, uint32_t groups,
                uint16_t least, uint16_t* sums, uint16_t* above) {
    for (uint32_t g = 0; g < groups; ++g) {
        uint16_t* group = sums + size_t{g} * kGroup;
        std::fill_n(group, kGroup, uint16_t{0});
        for (uint32_t j = 0; j < subspaces; ++j, codes += kGroup) {
            const uint8_t* table = tables + size_t{j} * 256;
            for (uint32_t i = 0; i < kGroup; ++i)
                group[i] = static_cast<uint16_t>(group[i] + table[codes[i]]);
        }
        uint32_t bits = 0;
        for (uint32_t i = 0; i < kGroup; ++i) bits |= (group[i] >= least ? 1U : 0U) << i;
        above[g] = static_cast<uint16_t>(bits);
    }
}

}  // namespace

void CodeTables::set(const CodeBook& book, std::span<const float> query,
                     const DenseKernels& kernels) {
    shape_ = book.shape();
    const uint32_t n = shape_.subspaces();
    products_.resize(size_t{n} * shape_.centroids());
    DenseKernels::Ranges ranges;
    if (shape_.centroids() == 16) {
        kernels.products_16(query.data(), book.entries().data(), n, shape_.width, products_.data());
        ranges = kernels.shift_16(products_.data(), n);
    } else {
        kernels.products_256(query.data(), book.entries().data(), n, shape_.width,
                             products_.data());
        ranges = shift_256();
    }
    offset_ = ranges.least;
    // Rounding may add half a step a subspace.
    const float most_steps = std::max(kLargestSum - static_cast<float>(n), 1.0F);
    unit_ = std::max({ranges.widest / kLargestEntry, ranges.sum / most_steps, kLeastUnit});
    // NaN would pass through the maximum.
    finite_ = std::isfinite(ranges.least) && std::isfinite(ranges.sum) &&
              std::isfinite(unit_ * kLargestSum);
    if (!finite_) return;
    const float steps = 1 / unit_;
    if (shape_.centroids() == 16) {
        tables_.assign(size_t{shape_.chunks()} * 128, 0);
        kernels.quantize_16(products_.data(), n, steps, tables_.data());
    } else {
        tables_.resize(products_.size());
        for (size_t i = 0; i < tables_.size(); ++i) {
            tables_[i] = static_cast<uint8_t>(std::min(products_[i] * steps + 0.5F, kLargestEntry));
        }
    }
}

DenseKernels::Ranges CodeTables::shift_256() {
    DenseKernels::Ranges ranges;
    for (size_t j = 0; j < products_.size(); j += 256) {
        const auto row = std::span(products_).subspan(j, 256);
        const auto [low_at, high_at] = std::minmax_element(row.begin(), row.end());
        const float low = *low_at;
        const float range = *high_at - low;
        for (float& v : row) v -= low;
        ranges.least += low;
        ranges.widest = std::max(ranges.widest, range);
        ranges.sum += range;
    }
    return ranges;
}

void CodeTables::scan(const DenseKernels& kernels, const uint8_t* codes, uint32_t groups,
                      uint16_t least, uint16_t* sums, uint16_t* above) const {
    if (shape_.kind == CodeKind::kProduct8) {
        scan_bytes(codes, tables_.data(), shape_.subspaces(), groups, least, sums, above);
    } else {
        kernels.scan_codes(codes, tables_.data(), shape_.chunks(), groups, least, sums, above);
    }
}

void HashedQuery::set(const HashedLists& lists, std::span<const float> query,
                      const DenseKernels& kernels) {
    const HashSpace& space = lists.space();
    inner_dim_ = space.inner_dim();
    const auto padded = [](const CodeShape& shape) {
        return size_t{shape.subspaces()} * shape.width;
    };
    vector_.assign(std::max(padded(lists.documents().shape()), padded(lists.summaries().shape())),
                   0);
    if (space.rotation().empty()) {
        std::copy(query.begin(), query.end(), vector_.begin());
    } else {
        for (uint32_t j = 0; j < space.dim(); ++j)
            vector_[j] = kernels.dot_f32(
                query.data(), space.rotation().data() + size_t{j} * space.dim(), space.dim());
    }
    if (space.inner_dim() > space.dim()) vector_[space.dim()] = space.query_extension();
    documents_.set(lists.documents(), vector_, kernels);
    summaries_.set(lists.summaries(), vector_, kernels);
    const float length = std::sqrt(kernels.dot_f32(vector_.data(), vector_.data(), vector_.size()));
    residual_spread_ = length * lists.residual_spread();
    code_spread_ = length * lists.code_spread();
}

}  // namespace temblor
