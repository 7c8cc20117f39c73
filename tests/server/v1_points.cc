#include "tests/server/v1_points.h"

#include <map>

#include "server/json_writer.h"

namespace temblor::testing {
namespace {

constexpr uint64_t kV1Seed = 77;
constexpr uint32_t kWords = 40;

void append_numbers(std::string& out, const std::vector<float>& values) {
    JsonWriter json;
    json.begin_array();
    for (const float v : values) json.number(v);
    json.end_array();
    out += json.text();
}

}  // namespace

std::string sparse_json(const SparseVector& vector, const std::string& more) {
    std::string out = "{\"indices\":[";
    for (size_t i = 0; i < vector.nnz(); ++i) {
        out += i == 0 ? "" : ",";
        out += std::to_string(vector.components[i]);
    }
    out += "],\"values\":";
    append_numbers(out, vector.values);
    out += more;
    return out + "}";
}

std::string dense_json(const DenseVector& vector) {
    std::string out;
    append_numbers(out, vector);
    return out;
}

V1SearchTest::V1SearchTest() : service_(path("data"), {}), random_(kV1Seed) {
    RecordProperty("seed", std::to_string(kV1Seed));
    EXPECT_EQ(service_
                  .ask("PUT", "/collections/c",
                       R"({"vectors":{"d":{"size":5,"distance":"Dot"},
                           "e":{"size":5,"distance":"Euclid"}},
                           "sparse_vectors":{"s":{},"t":{}}})")
                  .status,
              200U);
    std::string body;
    for (uint32_t id = 0; id < kV1Points; ++id) {
        V1Point point{random_sparse_vector(12), random_dense_vector(),
                      static_cast<uint32_t>(random_.below(4))};
        body += "{\"id\":" + std::to_string(id) +
                ",\"payload\":{\"color\":" + std::to_string(point.color) + ",\"name\":\"n" +
                std::to_string(id) + "\"},\"vector\":{\"s\":" + sparse_json(point.s) +
                ",\"d\":" + dense_json(point.d) + ",\"e\":" + dense_json(point.d) + "}}\n";
        points_.push_back(std::move(point));
    }
    EXPECT_EQ(service_.ask("POST", "/v1/collections/c/import", body).status, 200U);
    EXPECT_TRUE((*service_.store().collection("c"))->wait_idle().is_ok());
}

SparseVector V1SearchTest::random_sparse_vector(uint32_t most) {
    std::map<uint32_t, float> entries;
    for (uint64_t i = 0, n = 1 + random_.below(most); i < n; ++i) {
        entries[static_cast<uint32_t>(random_.below(kWords)) * 1000] =
            static_cast<float>(1 + random_.below(3000)) / 700.0F;
    }
    SparseVector vector;
    for (const auto& [component, value] : entries) {
        vector.components.push_back(component);
        vector.values.push_back(value);
    }
    return vector;
}

DenseVector V1SearchTest::random_dense_vector() {
    DenseVector vector;
    for (uint32_t i = 0; i < kV1Size; ++i)
        vector.push_back(static_cast<float>(random_.below(2001)) / 1000.0F - 1.0F);
    return vector;
}

std::vector<Scored> V1SearchTest::by_sparse(const SparseVector& query) const {
    return ranked(
        [&](const V1Point& p) {
            return static_cast<float>(inner_product(query.view(), p.s.view()));
        },
        true);
}

std::vector<Scored> V1SearchTest::by_dense(const DenseVector& query) const {
    return ranked([&](const V1Point& p) { return dense_score(Distance::kDot, query, p.d); }, false);
}

simdjson::dom::element V1SearchTest::search(const std::string& body, unsigned status) {
    answer_ = service_.ask("POST", "/v1/collections/c/search", body);
    EXPECT_EQ(answer_.status, status) << body << answer_.body;
    return parser_.parse(answer_.body);
}

void V1SearchTest::expect_hits(const std::vector<Scored>& expected, size_t begin, size_t count,
                               simdjson::dom::array hits) {
    const size_t left = expected.size() > begin ? expected.size() - begin : 0;
    ASSERT_EQ(hits.size(), std::min(count, left));
    for (size_t i = 0; i < hits.size(); ++i) {
        EXPECT_EQ(uint64_t{hits.at(i)["id"]}, expected[begin + i].id) << i;
        EXPECT_EQ(static_cast<float>(double{hits.at(i)["score"]}), expected[begin + i].score);
    }
}

}  // namespace temblor::testing
