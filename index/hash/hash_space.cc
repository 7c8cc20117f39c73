#include "index/hash/hash_space.h"

#include <algorithm>
#include <cmath>

#include <faiss/VectorTransform.h>
#include <faiss/impl/FaissException.h>
#include <faiss/impl/ProductQuantizer.h>

#include "data/dense_vector.h"
#include "index/hash/row_product.h"

namespace temblor {
namespace {

constexpr size_t kRotationRows = 8192;
constexpr int kRotationRounds = 10;

/// From the fifth to the ninety-fifth percentile of a normal distribution.
constexpr double kDeviationsBetween = 3.29;
/// Where Euclid's coordinate ends, in multiples of what the others are like.
constexpr double kMostDeviations = 8;

/// A coordinate of a vector of this squared length, halved.
double coordinate(float half_square, uint32_t dim) {
    return std::sqrt(2 * static_cast<double>(half_square) / dim);
}

double squared_length(std::span<const float> row) {
    double sum = 0;
    for (const float v : row) sum += static_cast<double>(v) * static_cast<double>(v);
    return sum;
}

}  // namespace

void HashSpace::fit(std::span<const float> rows) {
    if (distance_ != Distance::kEuclid || rows.empty()) return;
    const size_t n = rows.size() / dim_;
    std::vector<double> halves(n);
    for (size_t i = 0; i < n; ++i) halves[i] = squared_length(rows.subspan(i * dim_, dim_)) / 2;
    const auto quantile = [&halves](double share) {
        const auto at =
            halves.begin() + static_cast<ptrdiff_t>(share * static_cast<double>(halves.size() - 1));
        std::nth_element(halves.begin(), at, halves.end());
        return *at;
    };
    // Quantiles, so that a few long rows do not squeeze all others together.
    const double middle = quantile(0.5);
    const double spread = (quantile(0.95) - quantile(0.05)) / kDeviationsBetween;
    const double square = 2 * middle / dim_;  // of a coordinate
    norm_mean_ = static_cast<float>(middle);
    norm_unit_ = square > 0 ? static_cast<float>(std::sqrt(square) / std::max(spread, square)) : 0;
}

std::vector<float> HashSpace::map_documents(std::span<const float> rows) const {
    const size_t n = rows.size() / dim_;
    const size_t inner = inner_dim();
    std::vector<float> out(n * inner);
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < n; ++i) {
        const auto row = rows.subspan(i * dim_, dim_);
        const auto mapped = std::span(out).subspan(i * inner, inner);
        std::copy(row.begin(), row.end(), mapped.begin());
        if (distance_ == Distance::kCosine) normalize(mapped);
        if (distance_ == Distance::kEuclid) {
            const double below = static_cast<double>(norm_mean_) - squared_length(row) / 2;
            const double most = kMostDeviations * coordinate(norm_mean_, dim_);
            mapped[dim_] = static_cast<float>(
                std::clamp(static_cast<double>(norm_unit_) * below, -most, most));
        }
    }
    return out;
}

void HashSpace::rotate(std::span<float> rows) const {
    if (rotation_.empty()) return;
    const size_t inner = inner_dim();
    const size_t n = rows.size() / inner;
#pragma omp parallel
    {
        std::vector<float> turned(dim_);
#pragma omp for schedule(static)
        for (size_t i = 0; i < n; ++i) {
            float* row = rows.data() + i * inner;
            for (uint32_t j = 0; j < dim_; ++j) {
                turned[j] = row_product(rotation_.data() + size_t{j} * dim_, row, dim_);
            }
            std::copy(turned.begin(), turned.end(), row);
        }
    }
}

Result<std::vector<float>> train_rotation(Rotation kind, std::span<const float> rows, uint32_t dim,
                                          uint32_t subspaces) {
    if (kind == Rotation::kNone) return std::vector<float>{};
    // Faiss wants as many rows as there are dimensions or centroids: few rows are repeated.
    std::vector<float> sample;
    const size_t least = std::max<size_t>(16, dim);
    if (rows.size() / dim < least) {
        while (sample.size() / dim < least) sample.insert(sample.end(), rows.begin(), rows.end());
        rows = sample;
    }
    // A rotation has few degrees of freedom; its training takes decompositions of dim by dim.
    const auto n =
        static_cast<faiss::Index::idx_t>(std::min<size_t>(rows.size() / dim, kRotationRows));
    try {
        if (kind == Rotation::kOpq) {
            // Faiss wants subspaces of one width.
            const auto parts = static_cast<int>(dim % subspaces == 0 ? subspaces : 1);
            faiss::OPQMatrix opq(static_cast<int>(dim), parts, static_cast<int>(dim));
            faiss::ProductQuantizer quantizer(dim, static_cast<size_t>(parts), 4);
            quantizer.cp.min_points_per_centroid = 1;
            opq.pq = &quantizer;
            opq.niter = kRotationRounds;
            opq.niter_pq_0 = kRotationRounds;
            opq.train(n, rows.data());
            return std::move(opq.A);
        }
        faiss::ITQMatrix itq(static_cast<int>(dim));
        itq.max_iter = kRotationRounds;
        itq.train(n, rows.data());
        return std::move(itq.A);
    } catch (const faiss::FaissException& e) {
        return Status::internal(std::string("rotation: ") + e.what());
    }
}

}  // namespace temblor
