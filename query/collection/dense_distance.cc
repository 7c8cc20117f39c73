#include "query/collection/dense_distance.h"

#include <cmath>
#include <cstddef>
#include <limits>

#include "data/check.h"

namespace temblor {
namespace {

constexpr size_t kLanes = 16;

template <typename Term>
float sum_of(std::span<const float> a, std::span<const float> b, Term term) {
    float lanes[kLanes] = {};
    const float* const x = a.data();
    const float* const y = b.data();
    const size_t whole = a.size() - a.size() % kLanes;
    for (size_t i = 0; i < whole; i += kLanes) {
        for (size_t lane = 0; lane < kLanes; ++lane) lanes[lane] += term(x[i + lane], y[i + lane]);
    }
    for (size_t i = whole; i < a.size(); ++i) lanes[i - whole] += term(x[i], y[i]);
    for (size_t width = kLanes / 2; width > 0; width /= 2) {
        for (size_t lane = 0; lane < width; ++lane) lanes[lane] += lanes[lane + width];
    }
    return lanes[0];
}

float raw_score(Distance distance, std::span<const float> a, std::span<const float> b) {
    switch (distance) {
        case Distance::kDot:
        case Distance::kCosine:
            return sum_of(a, b, [](float x, float y) { return x * y; });
        case Distance::kEuclid:
            return -std::sqrt(sum_of(a, b, [](float x, float y) { return (x - y) * (x - y); }));
        case Distance::kManhattan:
            return -sum_of(a, b, [](float x, float y) { return std::abs(x - y); });
    }
    TEMBLOR_CHECK(false);
}

}  // namespace

float dense_score(Distance distance, std::span<const float> a, std::span<const float> b) {
    TEMBLOR_CHECK(a.size() == b.size());
    const float score = raw_score(distance, a, b);
    return std::isnan(score) ? -std::numeric_limits<float>::infinity() : score;
}

}  // namespace temblor
