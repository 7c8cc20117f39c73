#include "index/hash/code_book.h"

#include <algorithm>
#include <array>
#include <limits>

#include <faiss/impl/FaissException.h>
#include <faiss/impl/ProductQuantizer.h>

#include "data/check.h"

namespace temblor {
namespace {

/// A sub-quantiser learns no more from more.
constexpr size_t kSubspaceRows = 16384;

/// The place of a centroid's coordinate `t` in a book.
size_t entry_of(const CodeShape& shape, uint32_t subspace, uint32_t t, uint32_t centroid) {
    return (size_t{subspace} * shape.width + t) * shape.centroids() + centroid;
}

std::vector<float> train_product(const CodeShape& shape, std::span<const float> rows, uint64_t seed,
                                 const CodeBook* start) {
    const size_t padded = size_t{shape.subspaces()} * shape.width;
    const size_t n = rows.size() / shape.dim;
    const uint32_t k = shape.centroids();
    // Faiss wants as many rows as centroids: few rows are repeated.
    std::vector<float> sample(std::max<size_t>(n, k) * padded);
    for (size_t i = 0; i < std::max<size_t>(n, k); ++i) {
        const auto row = rows.subspan(i % n * shape.dim, shape.dim);
        std::copy(row.begin(), row.end(), sample.begin() + static_cast<ptrdiff_t>(i * padded));
    }
    faiss::ProductQuantizer quantizer(padded, shape.subspaces(),
                                      shape.kind == CodeKind::kProduct8 ? 8 : 4);
    quantizer.cp.seed = static_cast<int>(seed & 0x7FFFFFFFU);
    quantizer.cp.min_points_per_centroid = 1;
    quantizer.cp.max_points_per_centroid = static_cast<int>(kSubspaceRows / k);
    quantizer.cp.niter = 16;
    if (start != nullptr) {
        quantizer.train_type = faiss::ProductQuantizer::Train_hot_start;
        for (uint32_t j = 0; j < shape.subspaces(); ++j) {
            for (uint32_t c = 0; c < k; ++c) {
                for (uint32_t t = 0; t < shape.width; ++t)
                    quantizer.get_centroids(j, c)[t] = start->entries()[entry_of(shape, j, t, c)];
            }
        }
    }
    quantizer.train(std::max<size_t>(n, k), sample.data());
    std::vector<float> entries(shape.entries());
    for (uint32_t j = 0; j < shape.subspaces(); ++j) {
        for (uint32_t c = 0; c < k; ++c) {
            const float* centroid = quantizer.get_centroids(j, c);
            for (uint32_t t = 0; t < shape.width; ++t)
                entries[entry_of(shape, j, t, c)] = centroid[t];
        }
    }
    return entries;
}

std::vector<float> train_binary(const CodeShape& shape, std::span<const float> rows) {
    const size_t n = rows.size() / shape.dim;
    std::vector<float> entries(shape.entries());
    for (uint32_t d = 0; d < shape.dim; ++d) {
        double mean = 0;
        for (size_t i = 0; i < n; ++i) mean += static_cast<double>(rows[i * shape.dim + d]);
        mean /= static_cast<double>(n);
        std::array<double, 2> sum{};
        std::array<double, 2> count{};
        for (size_t i = 0; i < n; ++i) {
            const auto value = static_cast<double>(rows[i * shape.dim + d]);
            const size_t side = value > mean ? 1 : 0;
            sum[side] += value;
            count[side] += 1;
        }
        for (uint32_t c = 0; c < 16; ++c) {
            const size_t side = c >> (d % 4) & 1U;
            entries[size_t{d} * 16 + c] =
                static_cast<float>(count[side] > 0 ? sum[side] / count[side] : mean);
        }
    }
    return entries;
}

}  // namespace

CodeBook::CodeBook(CodeShape shape, std::vector<float> entries)
    : shape_(shape), entries_(std::move(entries)) {
    TEMBLOR_CHECK(entries_.size() == shape_.entries());
    const uint32_t k = shape_.centroids();
    norms_.assign(size_t{shape_.subspaces()} * k, 0);
    for (uint32_t j = 0; j < shape_.subspaces(); ++j) {
        for (uint32_t t = 0; t < shape_.width; ++t) {
            const float* row = entries_.data() + (size_t{j} * shape_.width + t) * k;
            for (uint32_t c = 0; c < k; ++c) norms_[size_t{j} * k + c] += row[c] * row[c];
        }
    }
}

Result<CodeBook> CodeBook::train(CodeShape shape, std::span<const float> rows, uint64_t seed,
                                 const CodeBook* start) {
    TEMBLOR_CHECK(shape.dim > 0 && rows.size() >= shape.dim);
    TEMBLOR_CHECK(start == nullptr || start->shape() == shape);
    if (shape.kind == CodeKind::kBinary) return CodeBook(shape, train_binary(shape, rows));
    try {
        return CodeBook(shape, train_product(shape, rows, seed, start));
    } catch (const faiss::FaissException& e) {
        return Status::internal(std::string("product quantiser: ") + e.what());
    }
}

void CodeBook::encode(std::span<const float> vector, std::span<uint8_t> codes) const {
    const uint32_t k = shape_.centroids();
    std::array<float, 256> distances;
    for (uint32_t j = 0; j < shape_.subspaces(); ++j) {
        const float* norms = norms_.data() + size_t{j} * k;
        for (uint32_t c = 0; c < k; ++c) distances[c] = norms[c];
        const uint32_t in = std::min(shape_.width, shape_.dim - j * shape_.width);
        for (uint32_t t = 0; t < in; ++t) {
            const float twice = 2 * vector[size_t{j} * shape_.width + t];
            const float* row = entries_.data() + (size_t{j} * shape_.width + t) * k;
            for (uint32_t c = 0; c < k; ++c) distances[c] -= twice * row[c];
        }
        codes[j] = static_cast<uint8_t>(std::min_element(distances.begin(), distances.begin() + k) -
                                        distances.begin());
    }
}

void CodeBook::encode_for(std::span<const float> vector, std::span<const float> direction,
                          float weight, std::span<uint8_t> codes) const {
    constexpr int kPasses = 4;
    const uint32_t k = shape_.centroids();
    // Squared error of each centroid, and its error along the direction.
    std::vector<float> squares(size_t{shape_.subspaces()} * k);
    std::vector<float> along(squares.size());
    for (uint32_t d = 0; d < shape_.dim; ++d) {
        const float* row = entries_.data() + size_t{d} * k;
        float* square = squares.data() + size_t{d / shape_.width} * k;
        float* part = along.data() + size_t{d / shape_.width} * k;
        for (uint32_t c = 0; c < k; ++c) {
            const float error = vector[d] - row[c];
            square[c] += error * error;
            part[c] += error * direction[d];
        }
    }
    float all_along = 0;
    for (uint32_t j = 0; j < shape_.subspaces(); ++j) {
        const float* square = squares.data() + size_t{j} * k;
        codes[j] = static_cast<uint8_t>(std::min_element(square, square + k) - square);
        all_along += along[size_t{j} * k + codes[j]];
    }
    std::array<float, 256> costs;
    for (int pass = 0; pass < kPasses; ++pass) {
        bool changed = false;
        for (uint32_t j = 0; j < shape_.subspaces(); ++j) {
            const float* square = squares.data() + size_t{j} * k;
            const float* part = along.data() + size_t{j} * k;
            const float others = all_along - part[codes[j]];
            for (uint32_t c = 0; c < k; ++c) {
                const float sum = others + part[c];
                costs[c] = square[c] + (weight - 1) * sum * sum;
            }
            const auto best = static_cast<uint8_t>(
                std::min_element(costs.begin(), costs.begin() + k) - costs.begin());
            changed = changed || best != codes[j];
            codes[j] = best;
            all_along = others + part[best];
        }
        if (!changed) return;
    }
}

void CodeBook::decode(std::span<const uint8_t> codes, std::span<float> vector) const {
    const uint32_t k = shape_.centroids();
    for (uint32_t d = 0; d < shape_.dim; ++d)
        vector[d] = entries_[size_t{d} * k + codes[d / shape_.width]];
}

void CodeBook::place(std::span<const uint8_t> codes, uint32_t at, std::span<uint8_t> group) const {
    for (uint32_t j = 0; j < shape_.subspaces(); ++j) {
        if (shape_.kind == CodeKind::kProduct8) {
            group[size_t{j} * CodeShape::kGroup + at] = codes[j];
        } else {
            uint8_t& byte = group[j / 8 * 64 + j % 8 / 2 * 16 + at];
            byte = static_cast<uint8_t>(byte | codes[j] << (4 * (j % 2)));
        }
    }
}

void CodeBook::take(std::span<const uint8_t> group, uint32_t at, std::span<uint8_t> codes) const {
    for (uint32_t j = 0; j < shape_.subspaces(); ++j) {
        codes[j] = shape_.kind == CodeKind::kProduct8
                       ? group[size_t{j} * CodeShape::kGroup + at]
                       : static_cast<uint8_t>(
                             group[j / 8 * 64 + j % 8 / 2 * 16 + at] >> (4 * (j % 2)) & 15);
    }
}

}  // namespace temblor
