#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "data/status.h"
#include "index/dense/distance.h"
#include "index/hash/hash_parameters.h"

namespace temblor {

/// The space in which vectors are hashed, where the inner product with a query orders documents as
/// their distance does. Cosine scales documents to length 1. Euclid appends a coordinate that holds
/// what length takes from the score: <q, x> - |x|^2 / 2, in a unit that makes it vary as the others
/// do (Bachrach et al., RecSys 2014); rows of quite another length are held to its ends. An
/// orthogonal matrix may turn the others.
class HashSpace {
public:
    HashSpace() = default;
    HashSpace(uint32_t dim, Distance distance) : dim_(dim), distance_(distance) {}

    /// Learns the unit of Euclid's coordinate; other distances need nothing.
    void fit(std::span<const float> rows);
    /// `matrix` has dim() rows of dim() numbers; empty: none.
    void set_rotation(std::vector<float> matrix) { rotation_ = std::move(matrix); }
    void set_norms(float mean, float unit) {
        norm_mean_ = mean;
        norm_unit_ = unit;
    }

    [[nodiscard]] uint32_t dim() const { return dim_; }
    [[nodiscard]] Distance distance() const { return distance_; }
    [[nodiscard]] uint32_t inner_dim() const {
        return dim_ + (distance_ == Distance::kEuclid ? 1 : 0);
    }
    [[nodiscard]] std::span<const float> rotation() const { return rotation_; }
    [[nodiscard]] float norm_mean() const { return norm_mean_; }
    [[nodiscard]] float norm_unit() const { return norm_unit_; }

    /// Documents, dim() numbers each, as inner_dim() numbers each; not yet rotated.
    [[nodiscard]] std::vector<float> map_documents(std::span<const float> rows) const;
    /// Rotates rows of inner_dim() numbers in place. O(rows * dim^2), on all threads.
    void rotate(std::span<float> rows) const;
    /// The last coordinate of a query under Euclid.
    [[nodiscard]] float query_extension() const { return norm_unit_ > 0 ? 1 / norm_unit_ : 0; }

private:
    uint32_t dim_ = 0;
    Distance distance_ = Distance::kDot;
    std::vector<float> rotation_;
    float norm_mean_ = 0;  ///< the middle of |x|^2 / 2
    float norm_unit_ = 0;
};

/// Learns a rotation from rows of `dim` numbers (residuals, a sample; at least one). kInternal
/// (Faiss).
Result<std::vector<float>> train_rotation(Rotation kind, std::span<const float> rows, uint32_t dim,
                                          uint32_t subspaces);

}  // namespace temblor
