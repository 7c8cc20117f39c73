#include "index/collection/schema.h"

#include <cmath>
#include <limits>

#include "data/splitmix.h"
#include "tests/data/test_files.h"

namespace temblor {
namespace {

Schema sample() {
    Schema schema;
    schema.sparse[""] = {};
    schema.sparse["ti\"t\\le\n\x01é"] = {ForwardKind::kF32, VectorSource::kText,
                                         VectorModifier::kIdf};
    schema.dense["image"] = {768, Distance::kEuclid};
    schema.dense["text"] = {3, Distance::kManhattan};
    schema.payload_indexes["city"] = PayloadType::kKeyword;
    schema.payload_indexes["items[].price"] = PayloadType::kFloat;
    return schema;
}

TEST(Schema, JsonComesBack) {
    for (const Schema& schema : {Schema(), sample()}) {
        const std::string json = schema.to_json();
        const auto again = Schema::from_json(json);
        ASSERT_TRUE(again.is_ok()) << again.status().to_string();
        EXPECT_EQ(*again, schema);
        EXPECT_EQ(again->to_json(), json);
    }
    EXPECT_EQ(Schema().to_json(), R"({"dense":{},"payload_indexes":{},"sparse":{}})");
}

TEST(Schema, MissingSettingsHaveDefaults) {
    const auto schema = Schema::from_json(R"({"sparse": {"": {}}, "dense": {"d": {"size": 7}}})");
    ASSERT_TRUE(schema.is_ok()) << schema.status().to_string();
    EXPECT_EQ(schema->sparse.at(""), SparseVectorSettings());
    EXPECT_EQ(schema->dense.at("d"), (DenseVectorSettings{7, Distance::kCosine}));
}

TEST(Schema, WrongJsonIsRefusedWithItsPlace) {
    const auto refused = [](std::string_view json, const char* field, const char* what) {
        EXPECT_ERROR(Schema::from_json(json), StatusCode::kInvalidArgument, field, what);
    };
    refused("", "schema", "not JSON");
    refused("{", "schema", "not JSON");
    refused("[]", "schema", "expected an object");
    refused(R"({"vectors": {}})", "schema", "unknown member \"vectors\"");
    refused(R"({"sparse": {}, "sparse": {}})", "sparse", "given twice");
    refused(R"({"sparse": []})", "sparse", "expected an object");
    refused(R"({"sparse": {"a": {}, "a": {}}})", "sparse[\"a\"]", "given twice");
    refused(R"({"sparse": {"a": {"x": 1}}})", "sparse[\"a\"]", "unknown member \"x\"");
    refused(R"({"sparse": {"a": {"forward": 1}}})", "sparse[\"a\"].forward", "a string");
    refused(R"({"sparse": {"a": {"forward": "b"}}})", "sparse[\"a\"].forward", "record");
    refused(R"({"sparse": {"a": {"source": "b"}}})", "sparse[\"a\"].source", "learned");
    refused(R"({"sparse": {"a": {"modifier": "b"}}})", "sparse[\"a\"].modifier", "none or idf");
    refused(R"({"dense": {"a": {}}})", "dense[\"a\"].size", "from 1");
    refused(R"({"dense": {"a": {"size": -1}}})", "dense[\"a\"].size", "whole number");
    refused(R"({"dense": {"a": {"size": 65537}}})", "dense[\"a\"].size", "65536");
    refused(R"({"dense": {"a": {"size": 4294967297}}})", "dense[\"a\"].size", "whole number");
    refused(R"({"dense": {"a": {"size": 1, "distance": "x"}}})", "dense[\"a\"].distance", "cosine");
    refused(R"({"dense": {"a": {"size": 1}}, "sparse": {"a": {}}})", "sparse[\"a\"]", "dense");
    refused(R"({"payload_indexes": {"a": "word"}})", "payload_indexes[\"a\"]", "keyword");
    refused(R"({"payload_indexes": {"": "keyword"}})", "payload_indexes", "empty");
    refused(std::string(100'000, '['), "schema", "not JSON");
    refused(std::string(5'000'000, ' '), "schema", "bytes");
    refused("{\"sparse\": {\"" + std::string(256, 'n') + "\": {}}}", "sparse", "255");
}

TEST(Schema, DamagedJsonNeverCrashes) {
    constexpr uint64_t kSeed = 51;
    SplitMix random(kSeed);
    SCOPED_TRACE(kSeed);
    const std::string good = sample().to_json();
    for (int round = 0; round < 3000; ++round) {
        std::string json = good;
        json[random.below(json.size())] = static_cast<char>(random.below(256));
        if (round % 3 == 0) json.resize(random.below(json.size()));
        const auto schema = Schema::from_json(json);
        if (!schema.is_ok()) continue;
        const auto again = Schema::from_json(schema->to_json());
        ASSERT_TRUE(again.is_ok()) << again.status().to_string();
        EXPECT_EQ(*again, *schema);
    }
}

TEST(Schema, SettingsOutOfRangeAreNamed) {
    Schema schema;
    schema.dense["a"] = {3, static_cast<Distance>(9)};
    EXPECT_ERROR(schema.validate(), StatusCode::kInvalidArgument, "dense[\"a\"].distance", "9");
    schema = Schema();
    schema.sparse["\xff"] = {};
    EXPECT_ERROR(schema.validate(), StatusCode::kInvalidArgument, "sparse", "UTF-8");
    schema = Schema();
    schema.payload_indexes["k"] = static_cast<PayloadType>(0);
    EXPECT_ERROR(schema.validate(), StatusCode::kInvalidArgument, "payload_indexes[\"k\"]");
    schema = Schema();
    for (int i = 0; i < 257; ++i) schema.sparse[std::to_string(i)] = {};
    EXPECT_ERROR(schema.validate(), StatusCode::kInvalidArgument, "vectors", "256");
}

TEST(Schema, NamesOfDistancesComeBack) {
    for (const Distance distance :
         {Distance::kDot, Distance::kCosine, Distance::kEuclid, Distance::kManhattan}) {
        EXPECT_EQ(*parse_distance(distance_name(distance)), distance);
    }
    EXPECT_ERROR(parse_distance("Dot"), StatusCode::kInvalidArgument, "Dot", "cosine");
}

TEST(Schema, PointsAreChecked) {
    Schema schema;
    schema.sparse["s"] = {};
    schema.dense["d"] = {2, Distance::kDot};
    const auto refused = [&](const Point& point, const char* field, const char* what) {
        EXPECT_ERROR(schema.validate(point), StatusCode::kInvalidArgument, field, what);
    };
    const auto with = [](std::string name, auto value) {
        Point point;
        point.vectors.push_back({std::move(name), std::move(value)});
        return point;
    };
    EXPECT_TRUE(schema.validate(Point()).is_ok());
    Point good = with("s", SparseVector{{1, 7}, {0.5F, 0}});
    good.vectors.push_back({"d", DenseVector{1, -2}});
    good.payload = R"( {"a": [1, {"b": null}]} )";
    const Status status = schema.validate(good);
    EXPECT_TRUE(status.is_ok()) << status.to_string();
    EXPECT_TRUE(schema.validate(with("s", SparseVector())).is_ok());

    const float infinity = std::numeric_limits<float>::infinity();
    refused(with("x", SparseVector()), "vectors[\"x\"]", "no vector of this name");
    refused(with("x", DenseVector{1, 2}), "vectors[\"x\"]", "no vector of this name");
    refused(with("d", SparseVector()), "vectors[\"d\"]", "expected a dense");
    refused(with("s", DenseVector{1, 2}), "vectors[\"s\"]", "expected a sparse");
    refused(with("d", DenseVector{1}), "vectors[\"d\"]", "expected 2");
    refused(with("d", DenseVector{1, NAN}), "vectors[\"d\"]", "value 1 is NaN");
    refused(with("d", DenseVector{-infinity, 1}), "vectors[\"d\"]", "value 0 is infinite");
    refused(with("s", SparseVector{{7, 7}, {1, 1}}), "vectors[\"s\"]", "ascend");
    refused(with("s", SparseVector{{7, 8}, {1}}), "vectors[\"s\"]", "1 values");
    refused(with("s", SparseVector{{7}, {-1}}), "vectors[\"s\"]", "negative");
    refused(with("s", SparseVector{{7}, {NAN}}), "vectors[\"s\"]", "NaN");
    Point twice = good;
    twice.vectors.push_back({"d", DenseVector{1, 2}});
    refused(twice, "vectors[\"d\"]", "given twice");
    for (const char* payload : {"[]", "1", "null", "\"text\""}) {
        Point point = good;
        point.payload = payload;
        refused(point, "payload", "expected a JSON object");
    }
    for (const std::string& payload :
         {std::string("{"), std::string("{\"a\":1} x"), "{\"a\":" + std::string(5000, '[')}) {
        Point point = good;
        point.payload = payload;
        refused(point, "payload", "not JSON");
    }
}

}  // namespace
}  // namespace temblor
