#include "query/collection/diversity.h"

#include <algorithm>
#include <limits>

#include "query/collection/collection_reader.h"
#include "query/collection/dense_distance.h"

namespace temblor {
namespace {

struct DiversityCandidate {
    CollectionHit hit;
    std::variant<SparseVector, DenseVector> vector;
    double likeness = -std::numeric_limits<double>::infinity();  ///< to those chosen
};

/// Euclidean distances count by their squares, as in Qdrant.
double weigh(Distance distance, double score) {
    return distance == Distance::kEuclid ? -score * score : score;
}

double likeness(Distance distance, const DiversityCandidate& a, const DiversityCandidate& b) {
    if (const auto* sparse = std::get_if<SparseVector>(&a.vector)) {
        return inner_product(sparse->view(), std::get<SparseVector>(b.vector).view());
    }
    return weigh(distance, dense_score(distance, std::get<DenseVector>(a.vector),
                                       std::get<DenseVector>(b.vector)));
}

}  // namespace

Status diversify(const Version& version, std::string_view name, float share, uint32_t limit,
                 std::vector<CollectionHit>& hits) {
    TEMBLOR_ASSIGN_OR_RETURN(auto points, get_points(version, hits, {false, true}));
    std::vector<DiversityCandidate> left;
    left.reserve(hits.size());
    for (size_t i = 0; i < hits.size(); ++i) {
        for (NamedVector& vector : points[i].point.vectors) {
            if (vector.name == name) left.push_back({hits[i], std::move(vector.value)});
        }
    }
    const auto dense = version.schema->dense.find(std::string(name));
    const Distance distance =
        dense == version.schema->dense.end() ? Distance::kDot : dense->second.distance;
    hits.clear();
    auto best = left.begin();
    while (best != left.end()) {
        const DiversityCandidate chosen = std::move(*best);
        hits.push_back(chosen.hit);
        if (hits.size() == limit) break;
        left.erase(best);
        for (DiversityCandidate& one : left)
            one.likeness = std::max(one.likeness, likeness(distance, one, chosen));
        const auto worth = [distance, share](const DiversityCandidate& one) {
            return (1.0 - share) * weigh(distance, one.hit.score) - share * one.likeness;
        };
        best = std::max_element(left.begin(), left.end(),
                                [&](const DiversityCandidate& a, const DiversityCandidate& b) {
                                    return worth(a) < worth(b);
                                });
    }
    return Status::ok();
}

}  // namespace temblor
