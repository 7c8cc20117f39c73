#include "query/dense/hashed_tables.h"

#include <algorithm>
#include <cmath>

namespace temblor {
namespace {

constexpr uint32_t kGroup = CodeShape::kGroup;
constexpr float kLargestEntry = 127;
constexpr float kLargestSum = 65535;

/// K centroids a subspace, known to the compiler.
template <uint32_t K>
void multiply(const CodeShape& shape, const float* entries, const float* query, float* products) {
    for (uint32_t j = 0; j < shape.subspaces(); ++j) {
        float* out = products + size_t{j} * K;
        for (uint32_t c = 0; c < K; ++c) out[c] = 0;
        const uint32_t in = std::min(shape.width, shape.dim - j * shape.width);
        for (uint32_t t = 0; t < in; ++t) {
            const float q = query[size_t{j} * shape.width + t];
            const float* row = entries + (size_t{j} * shape.width + t) * K;
            for (uint32_t c = 0; c < K; ++c) out[c] += q * row[c];
        }
    }
}

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

void CodeTables::set(const CodeBook& book, std::span<const float> query) {
    shape_ = book.shape();
    const uint32_t k = shape_.centroids();
    const uint32_t n = shape_.subspaces();
    products_.resize(size_t{n} * k);
    if (k == 16) {
        multiply<16>(shape_, book.entries().data(), query.data(), products_.data());
    } else {
        multiply<256>(shape_, book.entries().data(), query.data(), products_.data());
    }
    offset_ = 0;
    float widest = 0;
    float ranges = 0;
    for (uint32_t j = 0; j < n; ++j) {
        float* row = products_.data() + size_t{j} * k;
        float low = row[0];
        float high = row[0];
        for (uint32_t c = 1; c < k; ++c) {
            low = std::min(low, row[c]);
            high = std::max(high, row[c]);
        }
        for (uint32_t c = 0; c < k; ++c) row[c] -= low;
        offset_ += low;
        widest = std::max(widest, high - low);
        ranges += high - low;
    }
    // Rounding may add half a step a subspace.
    unit_ = std::max(widest / kLargestEntry,
                     ranges / (kLargestSum - static_cast<float>(n)));
    if (!(unit_ > 1e-30F)) unit_ = 1e-30F;
    const float steps = 1 / unit_;
    const auto entry = [&](float product) {
        return static_cast<uint8_t>(std::min(product * steps + 0.5F, kLargestEntry));
    };
    if (shape_.kind == CodeKind::kProduct8) {
        tables_.resize(size_t{n} * 256);
        for (size_t i = 0; i < tables_.size(); ++i) tables_[i] = entry(products_[i]);
        return;
    }
    tables_.assign(size_t{shape_.chunks()} * 128, 0);
    for (uint32_t j = 0; j < n; ++j) {
        uint8_t* out = tables_.data() + size_t{j / 8} * 128 + (j % 2) * 64 + j % 8 / 2 * 16;
        for (uint32_t c = 0; c < 16; ++c) out[c] = entry(products_[size_t{j} * 16 + c]);
    }
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
    vector_.assign(space.inner_dim(), 0);
    if (space.rotation().empty()) {
        std::copy(query.begin(), query.end(), vector_.begin());
    } else {
        for (uint32_t j = 0; j < space.dim(); ++j)
            vector_[j] = kernels.dot_f32(query.data(),
                                         space.rotation().data() + size_t{j} * space.dim(),
                                         space.dim());
    }
    if (space.inner_dim() > space.dim()) vector_[space.dim()] = space.query_extension();
    documents_.set(lists.documents(), vector_);
    summaries_.set(lists.summaries(), vector_);
    const float length =
        std::sqrt(kernels.dot_f32(vector_.data(), vector_.data(), vector_.size()));
    residual_spread_ = length * lists.residual_spread();
    code_spread_ = length * lists.code_spread();
}

}  // namespace temblor
