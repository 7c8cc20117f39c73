#include "query/collection/dense_distance.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "tests/collection/random_points.h"

namespace temblor {
namespace {

constexpr Distance kDistances[] = {Distance::kDot, Distance::kCosine, Distance::kEuclid,
                                   Distance::kManhattan};
constexpr float kMax = std::numeric_limits<float>::max();

double reference(Distance distance, std::span<const float> a, std::span<const float> b) {
    double dot = 0;
    double squares = 0;
    double absolute = 0;
    for (size_t i = 0; i < a.size(); ++i) {
        const double difference = static_cast<double>(a[i]) - b[i];
        dot += static_cast<double>(a[i]) * b[i];
        squares += difference * difference;
        absolute += std::abs(difference);
    }
    if (distance == Distance::kEuclid) return -std::sqrt(squares);
    return distance == Distance::kManhattan ? -absolute : dot;
}

TEST(DenseDistance, IsTheDistance) {
    SplitMix random(11);
    for (uint32_t size = 1; size < 200; ++size) {
        const DenseVector a = testing::random_dense(random, size);
        const DenseVector b = testing::random_dense(random, size);
        for (const Distance distance : kDistances) {
            EXPECT_NEAR(dense_score(distance, a, b), reference(distance, a, b), 1e-5)
                << distance_name(distance) << " of " << size;
        }
    }
}

TEST(DenseDistance, PlaceDoesNotChangeABit) {
    SplitMix random(12);
    for (const uint32_t size : {1U, 15U, 16U, 17U, 100U, 768U}) {
        const DenseVector a = testing::random_dense(random, size);
        const DenseVector b = testing::random_dense(random, size);
        for (const Distance distance : kDistances) {
            const float score = dense_score(distance, a, b);
            EXPECT_EQ(score, dense_score(distance, b, a));
            for (size_t shift = 0; shift < 16; ++shift) {
                std::vector<float> moved(size + 16, 7.0F);
                std::memcpy(moved.data() + shift, a.data(), size * sizeof(float));
                EXPECT_EQ(score, dense_score(distance, {moved.data() + shift, size}, b))
                    << distance_name(distance) << " of " << size << " moved by " << shift;
            }
        }
    }
}

TEST(DenseDistance, IsNeverNan) {
    const DenseVector a = {kMax, kMax};
    const DenseVector b = {kMax, -kMax};
    for (const Distance distance : kDistances) {
        EXPECT_FALSE(std::isnan(dense_score(distance, a, b))) << distance_name(distance);
    }
    EXPECT_EQ(dense_score(Distance::kDot, a, b), -std::numeric_limits<float>::infinity());
}

TEST(DenseDistance, NormalizedVectorsHaveLengthOne) {
    SplitMix random(13);
    for (const float scale : {1e-38F, 1e-20F, 1.0F, 1e20F, 1e38F}) {
        DenseVector vector = testing::random_dense(random, 100);
        for (float& value : vector) value *= scale;
        normalize(vector);
        // Denormal floats have few digits.
        EXPECT_NEAR(dense_score(Distance::kCosine, vector, vector), 1, 1e-4) << scale;
    }
    DenseVector zero(10, 0.0F);
    normalize(zero);
    EXPECT_EQ(zero, DenseVector(10, 0.0F));
}

}  // namespace
}  // namespace temblor
