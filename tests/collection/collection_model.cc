#include "tests/collection/collection_model.h"

#include <algorithm>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "data/dense_vector.h"
#include "index/collection/point_codec.h"
#include "index/payload/filter_parser.h"
#include "index/payload/payload_matcher.h"
#include "query/collection/collection_reader.h"
#include "query/collection/dense_distance.h"

namespace temblor::testing {
namespace {

constexpr uint32_t kComponents = 60;
const std::vector<std::string> kCities{"Berlin", "Lima", "Oslo", "Pune", "Quito"};

SparseVector random_vector(SplitMix& random, uint32_t max_nnz) {
    SparseVector v;
    const uint64_t nnz = random.below(max_nnz + 1);
    for (uint64_t i = 0; i < nnz; ++i) {
        // Low components are common.
        v.components.push_back(static_cast<uint32_t>(random.below(1 + random.below(kComponents))));
        v.values.push_back(static_cast<float>(1 + random.below(300)) / 100.0F);
    }
    v.sort_and_merge();
    return v;
}

DenseVector random_values(SplitMix& random, uint32_t size) {
    DenseVector values(size);
    for (float& v : values) v = static_cast<float>(random.uniform() * 2 - 1);
    return values;
}

std::string key_of(const DocumentId& id) { return encode_id(canonical_id(id)); }

/// Only what comes in is scaled: a vector that was scaled before may change in its last bit.
void scale(Point& point) {
    for (NamedVector& v : point.vectors) {
        if (v.name == "cosine") normalize(std::get<DenseVector>(v.value));
    }
}

const NamedVector* find_vector(const Point& point, const std::string& name) {
    for (const NamedVector& v : point.vectors) {
        if (v.name == name) return &v;
    }
    return nullptr;
}

}  // namespace

Schema model_schema() {
    Schema schema;
    schema.sparse["text"] = {};
    schema.sparse["plain"].forward = ForwardKind::kF32;
    schema.dense["dot"] = {4, Distance::kDot, DenseIndexKind::kHnsw};
    schema.dense["cosine"] = {3, Distance::kCosine};
    schema.payload_indexes["city"] = PayloadType::kKeyword;
    schema.payload_indexes["price"] = PayloadType::kInteger;
    return schema;
}

DocumentId random_id(SplitMix& random, uint64_t pool) {
    const uint64_t n = random.below(pool);
    if (n % 5 == 3) return parse_document_id(fmt::format("00000000-0000-4000-8000-{:012x}", n));
    if (n % 5 == 4) return fmt::format("doc-{}", n);
    return n;
}

std::string random_payload(SplitMix& random) {
    if (random.below(10) == 0) return {};
    std::string out = fmt::format("{{\"price\":{}", random.below(50));
    if (random.below(4) > 0)
        out += fmt::format(",\"city\":\"{}\"", kCities[random.below(kCities.size())]);
    if (random.below(3) == 0) {
        out += fmt::format(",\"tags\":[{},\"{}\"]", random.below(5),
                           kCities[random.below(kCities.size())]);
    }
    if (random.below(5) == 0) out += ",\"note\":null";
    return out + "}";
}

Point random_model_point(SplitMix& random, uint64_t pool) {
    Point point{random_id(random, pool), random_payload(random), {}};
    if (random.below(8) > 0) point.vectors.push_back({"text", random_vector(random, 20)});
    if (random.below(3) == 0) point.vectors.push_back({"plain", random_vector(random, 8)});
    if (random.below(2) == 0) point.vectors.push_back({"dot", random_values(random, 4)});
    if (random.below(2) == 0) point.vectors.push_back({"cosine", random_values(random, 3)});
    return point;
}

std::string random_filter(SplitMix& random, uint64_t pool, int depth) {
    const auto condition = [&]() -> std::string {
        switch (random.below(depth > 0 ? 7 : 6)) {
            case 0:
                return fmt::format(R"({{"key":"city","match":{{"value":"{}"}}}})",
                                   kCities[random.below(kCities.size())]);
            case 1:
                return fmt::format(R"({{"key":"price","range":{{"gte":{},"lt":{}}}}})",
                                   random.below(30), random.below(60));
            case 2:
                return fmt::format(R"({{"key":"tags[]","match":{{"any":["{}","Lima"]}}}})",
                                   kCities[random.below(kCities.size())]);
            case 3:
                return R"({"is_null":{"key":"note"}})";
            case 4:
                return R"({"is_empty":{"key":"city"}})";
            case 5: {
                std::string ids;
                for (int i = 0; i < 5; ++i) {
                    if (i > 0) ids += ',';
                    const DocumentId id = random_id(random, pool);
                    ids += std::holds_alternative<uint64_t>(id) ? to_string(id)
                                                                : "\"" + to_string(id) + "\"";
                }
                return "{\"has_id\":[" + ids + "]}";
            }
            default:
                return random_filter(random, pool, depth - 1);
        }
    };
    const auto some = [&] {
        std::string list = condition();
        if (random.below(2) == 0) list += "," + condition();
        return "[" + list + "]";
    };
    std::string out = "{";
    if (random.below(3) > 0) out += "\"must\":" + some();
    if (random.below(3) == 0) out += (out.size() > 1 ? "," : "") + ("\"should\":" + some());
    if (random.below(3) == 0) out += (out.size() > 1 ? "," : "") + ("\"must_not\":" + some());
    if (out.size() == 1) out += "\"must\":" + some();
    return out + "}";
}

DenseIndexes expect_dense_indexes(const Version& version, uint64_t fewest) {
    DenseIndexes found;
    for (const SegmentView& view : version.segments) {
        const DenseMatrix* dot = view.segment->dense("dot");
        const DenseMatrix* cosine = view.segment->dense("cosine");
        EXPECT_TRUE(dot != nullptr && cosine != nullptr);
        if (dot == nullptr || cosine == nullptr) continue;
        EXPECT_EQ(dot->graph() != nullptr, dot->present().cardinality() >= fewest);
        EXPECT_EQ(cosine->hashed() != nullptr, cosine->present().cardinality() >= fewest);
        if (dot->graph() != nullptr) ++found.graphs;
        if (cosine->hashed() != nullptr) ++found.hashed;
    }
    return found;
}

std::vector<std::string> CollectionModel::keys_of(const PointTarget& target) const {
    std::vector<std::string> keys;
    if (const auto* filter = std::get_if<Filter>(&target)) {
        for (const auto& [key, held] : points_) {
            if (passes(held, *filter)) keys.push_back(key);
        }
        // A collection goes through its parts, each in the order of ordinals.
        return keys;
    }
    for (const DocumentId& id : std::get<std::vector<DocumentId>>(target))
        keys.push_back(key_of(id));
    return keys;
}

void CollectionModel::put(Point point) {
    point.id = canonical_id(point.id);
    const std::string key = encode_id(point.id);
    points_[key] = {std::move(point), next_ordinal_++};
}

void CollectionModel::upsert(const std::vector<Point>& points) {
    std::vector<Point> scaled = points;
    for (Point& p : scaled) scale(p);
    put_all(scaled);
}

void CollectionModel::put_all(const std::vector<Point>& points) {
    for (size_t i = 0; i < points.size(); ++i) {
        // Of two with one id the later counts, and only it takes an ordinal.
        const bool again = std::any_of(
            points.begin() + static_cast<ptrdiff_t>(i) + 1, points.end(),
            [&](const Point& later) { return key_of(later.id) == key_of(points[i].id); });
        if (!again) put(points[i]);
    }
}

void CollectionModel::erase(const PointTarget& target) {
    for (const std::string& key : keys_of(target)) points_.erase(key);
}

bool CollectionModel::edit(const PointTarget& target, const std::function<void(Point&)>& edit) {
    const std::vector<std::string> keys = keys_of(target);
    for (const std::string& key : keys) {
        if (!points_.contains(key)) return false;
    }
    std::vector<Point> changed;
    for (const std::string& key : keys) {
        changed.push_back(points_.at(key).point);
        edit(changed.back());
    }
    put_all(changed);
    return true;
}

bool CollectionModel::update_vectors(const std::vector<Point>& points) {
    for (const Point& p : points) {
        if (!points_.contains(key_of(p.id))) return false;
    }
    std::map<std::string, Point> changed;
    std::vector<Point> all;
    for (const Point& p : points) {
        const std::string key = key_of(p.id);
        Point whole = changed.contains(key) ? changed[key] : points_.at(key).point;
        Point update = p;
        scale(update);
        for (const NamedVector& v : update.vectors) {
            std::erase_if(whole.vectors, [&](const NamedVector& o) { return o.name == v.name; });
            whole.vectors.push_back(v);
        }
        changed[key] = whole;
        all.push_back(std::move(whole));
    }
    put_all(all);
    return true;
}

bool CollectionModel::passes(const Held& held, const std::optional<Filter>& filter) const {
    if (!filter) return true;
    PayloadMatcher matcher;
    return matcher.matches(*filter, held.point.id, held.point.payload).value();
}

std::vector<CollectionHit> CollectionModel::search(const CollectionQuery& query) const {
    std::vector<CollectionHit> hits;
    const Schema schema = model_schema();
    for (const auto& [key, held] : points_) {
        const NamedVector* v = find_vector(held.point, query.vector);
        if (v == nullptr || !passes(held, query.filter)) continue;
        float score = 0;
        if (const auto* sparse = std::get_if<SparseVector>(&query.query)) {
            score = static_cast<float>(
                inner_product(sparse->view(), std::get<SparseVector>(v->value).view()));
            if (score == 0) continue;
        } else {
            const Distance distance = schema.dense.at(query.vector).distance;
            DenseVector dense = std::get<DenseVector>(query.query);
            if (distance == Distance::kCosine) normalize(dense);
            score = dense_score(distance, dense, std::get<DenseVector>(v->value));
        }
        hits.push_back({held.point.id, held.ordinal, score});
    }
    std::sort(hits.begin(), hits.end(), [](const CollectionHit& a, const CollectionHit& b) {
        return a.score != b.score ? a.score > b.score : a.ordinal < b.ordinal;
    });
    if (hits.size() > query.parameters.k) hits.resize(query.parameters.k);
    return hits;
}

void CollectionModel::expect_same_points(const Version& version, uint64_t page_size) const {
    ASSERT_EQ(version.points, points_.size());
    std::optional<DocumentId> from;
    auto expected = points_.begin();
    do {
        const auto page = scroll_points(version, from, page_size, {});
        ASSERT_TRUE(page.is_ok()) << page.status().to_string();
        for (const ReadPoint& read : page->points) {
            ASSERT_NE(expected, points_.end()) << to_string(read.point.id) << " is too much";
            const auto& [key, held] = *expected++;
            ASSERT_EQ(read.point.id, held.point.id);
            ASSERT_EQ(read.point.payload, held.point.payload) << to_string(read.point.id);
            ASSERT_EQ(read.point.vectors.size(), held.point.vectors.size());
            for (const NamedVector& v : held.point.vectors) {
                const NamedVector* other = find_vector(read.point, v.name);
                ASSERT_NE(other, nullptr) << v.name;
                if (const auto* sparse = std::get_if<SparseVector>(&v.value)) {
                    const auto& stored = std::get<SparseVector>(other->value);
                    ASSERT_EQ(stored.components, sparse->components);
                    ASSERT_EQ(stored.values, sparse->values);
                } else {
                    ASSERT_EQ(std::get<DenseVector>(other->value), std::get<DenseVector>(v.value));
                }
            }
        }
        from = page->next;
    } while (from);
    ASSERT_EQ(expected, points_.end());
}

void CollectionModel::expect_same(const Version& version, SplitMix& random, uint64_t pool) const {
    ASSERT_NO_FATAL_FAILURE(expect_same_points(version, 1 + random.below(200)));
    const std::string filter_text = random_filter(random, pool);
    const auto parsed = parse_filter(filter_text);
    ASSERT_TRUE(parsed.is_ok()) << filter_text << ": " << parsed.status().to_string();
    const auto passing =
        static_cast<uint64_t>(std::count_if(points_.begin(), points_.end(), [&](const auto& entry) {
            return passes(entry.second, *parsed);
        }));
    const auto counted = count_points(version, *parsed);
    ASSERT_TRUE(counted.is_ok()) << counted.status().to_string();
    ASSERT_EQ(*counted, passing) << filter_text;
    const auto page = scroll_points(version, {}, 1000000, *parsed);
    ASSERT_TRUE(page.is_ok()) << page.status().to_string();
    ASSERT_EQ(page->points.size(), passing) << filter_text;

    CollectionScratch scratch;
    CollectionResult result;
    for (const char* name : {"text", "plain", "dot", "cosine"}) {
        CollectionQuery query;
        query.vector = name;
        if (name == std::string("dot")) {
            query.query = random_values(random, 4);
        } else if (name == std::string("cosine")) {
            query.query = random_values(random, 3);
        } else {
            query.query = random_vector(random, 8);
        }
        query.parameters.k = static_cast<uint32_t>(1 + random.below(20));
        query.parameters.exact = true;
        if (random.below(2) == 0) query.filter = *parsed;
        const Status searched = search_collection(version, query, scratch, result);
        ASSERT_TRUE(searched.is_ok()) << searched.to_string();
        const auto expected = search(query);
        ASSERT_EQ(result.hits.size(), expected.size()) << name << " " << filter_text;
        for (size_t i = 0; i < expected.size(); ++i) {
            ASSERT_EQ(result.hits[i].id, expected[i].id) << name << " hit " << i;
            ASSERT_EQ(result.hits[i].score, expected[i].score) << name << " hit " << i;
        }
        // Approximate: what is returned is there, and never fewer than there could be.
        query.parameters.exact = false;
        ASSERT_TRUE(search_collection(version, query, scratch, result).is_ok());
        ASSERT_EQ(result.hits.size(), expected.size()) << name << " " << filter_text;
        for (const CollectionHit& hit : result.hits) {
            const auto held = points_.find(encode_id(hit.id));
            ASSERT_NE(held, points_.end()) << to_string(hit.id);
            ASSERT_TRUE(passes(held->second, query.filter));
        }
    }
}

}  // namespace temblor::testing
