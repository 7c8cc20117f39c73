// JSON -> Point: random points come back as they were, random damage never gets through unseen.
#include "index/collection/point_json.h"

#include <algorithm>
#include <numeric>
#include <random>

#include <gtest/gtest.h>

namespace temblor {
namespace {

Result<Point> read(const std::string& json) {
    simdjson::dom::parser parser;
    simdjson::dom::element root;
    EXPECT_EQ(parser.parse(json).get(root), simdjson::SUCCESS) << json;
    return read_point(root, JsonPlace("point"));
}

TEST(PointJson, RandomPointsComeBack) {
    const auto seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    for (int round = 0; round < 500; ++round) {
        SparseVector sparse;
        for (uint32_t c = 0; c < 40; ++c) {
            if (random() % 3 != 0) continue;
            sparse.components.push_back(UINT32_MAX - 40 + c);
            sparse.values.push_back(static_cast<float>(random() % 1000) / 8);
        }
        std::vector<size_t> order(sparse.nnz());
        std::iota(order.begin(), order.end(), size_t{0});
        std::shuffle(order.begin(), order.end(), random);
        std::string indices;
        std::string values;
        for (const size_t i : order) {
            indices += (indices.empty() ? "" : ", ") + std::to_string(sparse.components[i]);
            values += (values.empty() ? "" : ", ") + std::to_string(sparse.values[i]);
        }
        const uint64_t id = random();
        const std::string body = "{\"indices\": [" + indices + "], \"values\": [" + values + "]}";
        const auto named = read("{\"id\": " + std::to_string(id) + ", \"vector\": {\"s\": " + body +
                                ", \"d\": [0.5, -2]}, \"payload\": {\"n\": [1, {\"m\": null}]}}");
        ASSERT_TRUE(named.is_ok()) << named.status().to_string();
        EXPECT_EQ(std::get<uint64_t>(named->id), id);
        EXPECT_EQ(named->payload, "{\"n\":[1,{\"m\":null}]}");
        ASSERT_EQ(named->vectors.size(), 2U);
        EXPECT_EQ(std::get<SparseVector>(named->vectors[0].value).components, sparse.components);
        EXPECT_EQ(std::get<SparseVector>(named->vectors[0].value).values, sparse.values);
        EXPECT_EQ(std::get<DenseVector>(named->vectors[1].value), (DenseVector{0.5F, -2.0F}));
        const auto bare = read("{\"id\": \"a\", \"vectors\": " + body + "}");
        ASSERT_TRUE(bare.is_ok()) << bare.status().to_string();
        ASSERT_EQ(bare->vectors.size(), 1U);
        EXPECT_EQ(bare->vectors[0].name, "");
        EXPECT_EQ(std::get<SparseVector>(bare->vectors[0].value).components, sparse.components);
        if (sparse.nnz() == 0) continue;
        const auto twice =
            read("{\"id\": 1, \"vector\": {\"indices\": [" + indices + ", " +
                 std::to_string(sparse.components[0]) + "], \"values\": [" + values + ", 1]}}");
        ASSERT_FALSE(twice.is_ok());
        EXPECT_NE(twice.status().message().find("point.vector.indices[" +
                                                std::to_string(sparse.nnz()) + "]"),
                  std::string::npos)
            << twice.status().message();
    }
}

TEST(PointJson, IdsAreOneWhateverTheirWriting) {
    const auto uuid = read_point_id_text("550e8400-e29b-41d4-a716-446655440000");
    ASSERT_TRUE(uuid.is_ok());
    EXPECT_TRUE(std::holds_alternative<Uuid>(*uuid));
    for (const char* text :
         {"550E8400-E29B-41D4-A716-446655440000", "550e8400e29b41d4a716446655440000",
          "550E8400e29B41d4a716446655440000"}) {
        EXPECT_EQ(*read_point_id_text(text), *uuid) << text;
    }
    for (const char* text :
         {"550e8400-e29b41d4-a716-4466-55440000", "550e8400e29b41d4a71644665544000g", "01", "-1",
          "18446744073709551616", "a"}) {
        EXPECT_EQ(*read_point_id_text(text), DocumentId(std::string(text))) << text;
    }
    EXPECT_EQ(*read_point_id_text("18446744073709551615"), DocumentId(UINT64_MAX));
    EXPECT_FALSE(read_point_id_text("").is_ok());
    EXPECT_FALSE(read_point_id_text(std::string(513, 'a')).is_ok());
    EXPECT_FALSE(read_point_id_text("\xFF").is_ok());
    EXPECT_EQ(read("{\"id\": \"17\"}")->id, DocumentId(uint64_t{17}));
}

TEST(PointJson, FloatsAreFinite) {
    EXPECT_TRUE(read("{\"id\": 1, \"vector\": [3.4028234663852886e38, 0, -0.0, 1e-60]}").is_ok());
    for (const char* number : {"3.5e38", "-3.5e38", "1e300"}) {
        EXPECT_FALSE(read(std::string("{\"id\": 1, \"vector\": [") + number + "]}").is_ok())
            << number;
    }
    EXPECT_FALSE(read("{\"id\": 1, \"vector\": [[1]]}").is_ok());
    EXPECT_FALSE(read("{\"id\": 1, \"vector\": {\"a\": null}}").is_ok());
    EXPECT_FALSE(read("{\"id\": 1, \"vector\": {\"a\": {\"indices\": [1]}}}").is_ok());
}

}  // namespace
}  // namespace temblor
