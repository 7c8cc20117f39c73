#include "tests/collection/random_points.h"

#include <algorithm>
#include <cmath>

#include "query/collection/dense_distance.h"

namespace temblor::testing {
namespace {

const NamedVector* find_vector(const Point& point, std::string_view name) {
    for (const NamedVector& vector : point.vectors) {
        if (vector.name == name) return &vector;
    }
    return nullptr;
}

std::vector<MemtableHit> best(std::vector<MemtableHit> hits, uint32_t k) {
    std::stable_sort(hits.begin(), hits.end(),
                     [](const MemtableHit& a, const MemtableHit& b) { return a.score > b.score; });
    if (hits.size() > k) hits.resize(k);
    return hits;
}

}  // namespace

std::shared_ptr<const Schema> test_schema() {
    auto schema = std::make_shared<Schema>();
    schema->sparse[""] = {};
    schema->sparse["title"] = {};
    schema->dense["dot"] = {19, Distance::kDot};
    schema->dense["cosine"] = {48, Distance::kCosine};
    schema->dense["euclid"] = {5, Distance::kEuclid};
    schema->dense["manhattan"] = {33, Distance::kManhattan};
    return schema;
}

SparseVector random_sparse(SplitMix& random, uint32_t max_nnz) {
    std::vector<uint32_t> components(random.below(max_nnz + 1));
    for (uint32_t& component : components) {
        const double skewed = std::pow(random.uniform(), 4) * 3000;
        component = static_cast<uint32_t>(skewed) * 1'431'655U;
    }
    std::sort(components.begin(), components.end());
    components.erase(std::unique(components.begin(), components.end()), components.end());
    SparseVector vector;
    vector.components = components;
    for (size_t i = 0; i < components.size(); ++i) {
        const auto value = static_cast<float>(random.uniform() * 3);
        vector.values.push_back(random.below(20) == 0 ? 0.0F : value);
    }
    return vector;
}

DenseVector random_dense(SplitMix& random, uint32_t size) {
    DenseVector vector(size);
    for (float& value : vector) value = static_cast<float>(random.uniform() - 0.5);
    return vector;
}

Point random_point(SplitMix& random) {
    Point point;
    switch (random.below(3)) {
        case 0:
            point.id = random.next();
            break;
        case 1:
            point.id = Uuid{static_cast<uint8_t>(random.below(256))};
            break;
        default:
            point.id = std::string(random.below(40), 'i') + std::to_string(random.next());
    }
    if (random.below(4) != 0) {
        point.payload = "{\"text\":\"" + std::string(random.below(200), 'p') + "\"}";
    }
    const auto schema = test_schema();
    for (const auto& [name, settings] : schema->sparse) {
        if (random.below(5) == 0) continue;
        point.vectors.push_back({name, random_sparse(random, random.below(10) == 0 ? 300 : 40)});
    }
    for (const auto& [name, settings] : schema->dense) {
        if (random.below(5) == 0) continue;
        DenseVector vector = random_dense(random, settings.size);
        if (settings.distance == Distance::kCosine) normalize(vector);
        point.vectors.push_back({name, std::move(vector)});
    }
    return point;
}

std::vector<MemtableHit> SearchOracle::sparse(std::string_view name, SparseVectorView query,
                                              uint32_t k) const {
    std::vector<MemtableHit> hits;
    for (uint32_t row = 0; row < rows; ++row) {
        const NamedVector* const vector = find_vector(points[row], name);
        if (vector == nullptr || !keep(row)) continue;
        const auto score =
            static_cast<float>(inner_product(query, std::get<SparseVector>(vector->value).view()));
        if (score != 0) hits.push_back({row, score});
    }
    return best(std::move(hits), k);
}

std::vector<MemtableHit> SearchOracle::dense(std::string_view name, Distance distance,
                                             std::span<const float> query, uint32_t k) const {
    std::vector<MemtableHit> hits;
    for (uint32_t row = 0; row < rows; ++row) {
        const NamedVector* const vector = find_vector(points[row], name);
        if (vector == nullptr || !keep(row)) continue;
        hits.push_back({row, dense_score(distance, query, std::get<DenseVector>(vector->value))});
    }
    return best(std::move(hits), k);
}

}  // namespace temblor::testing
