// POST /v1/collections/{c}/search against brute force over the points that were written.

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <gtest/gtest.h>
#include <simdjson.h>

#include "data/splitmix.h"
#include "query/collection/dense_distance.h"
#include "server/json_writer.h"
#include "tests/data/test_files.h"
#include "tests/server/test_service.h"

namespace temblor::testing {
namespace {

namespace dom = simdjson::dom;

constexpr uint64_t kV1Seed = 77;
constexpr uint32_t kPoints = 500;
constexpr uint32_t kWords = 40;
constexpr uint32_t kSize = 5;

struct V1Point {
    SparseVector s;
    DenseVector d;
    uint32_t color = 0;
};

struct Scored {
    uint64_t id = 0;
    float score = 0;
};

void append_numbers(std::string& out, const std::vector<float>& values) {
    JsonWriter json;
    json.begin_array();
    for (const float v : values) json.number(v);
    json.end_array();
    out += json.text();
}

std::string sparse_json(const SparseVector& vector, const std::string& more = "") {
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

/// Two thirds of the points are in segments, the others in memory.
class V1SearchTest : public FolderTest {
protected:
    V1SearchTest() : service_(path("data"), {}) {
        RecordProperty("seed", std::to_string(kV1Seed));
        EXPECT_EQ(service_
                      .ask("PUT", "/collections/c",
                           R"({"vectors":{"d":{"size":5,"distance":"Dot"},
                               "e":{"size":5,"distance":"Euclid"}},
                               "sparse_vectors":{"s":{},"t":{}}})")
                      .status,
                  200U);
        std::string body;
        for (uint32_t id = 0; id < kPoints; ++id) {
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

    SparseVector random_sparse_vector(uint32_t most) {
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
    DenseVector random_dense_vector() {
        DenseVector vector;
        for (uint32_t i = 0; i < kSize; ++i)
            vector.push_back(static_cast<float>(random_.below(2001)) / 1000.0F - 1.0F);
        return vector;
    }

    /// Every point that has a score, best first.
    template <typename Score>
    std::vector<Scored> ranked(const Score& score, bool only_positive) const {
        std::vector<Scored> all;
        for (uint64_t id = 0; id < points_.size(); ++id) {
            const float value = score(points_[id]);
            if (!only_positive || value > 0) all.push_back({id, value});
        }
        std::stable_sort(all.begin(), all.end(),
                         [](const Scored& a, const Scored& b) { return a.score > b.score; });
        return all;
    }
    [[nodiscard]] std::vector<Scored> by_sparse(const SparseVector& query) const {
        return ranked(
            [&](const V1Point& p) {
                return static_cast<float>(inner_product(query.view(), p.s.view()));
            },
            true);
    }
    [[nodiscard]] std::vector<Scored> by_dense(const DenseVector& query) const {
        return ranked([&](const V1Point& p) { return dense_score(Distance::kDot, query, p.d); },
                      false);
    }

    /// The answer's JSON; it lives until the next call.
    dom::element search(const std::string& body, unsigned status = 200) {
        answer_ = service_.ask("POST", "/v1/collections/c/search", body);
        EXPECT_EQ(answer_.status, status) << body << answer_.body;
        return parser_.parse(answer_.body);
    }
    static void expect_hits(const std::vector<Scored>& expected, size_t begin, size_t count,
                            dom::array hits) {
        const size_t left = expected.size() > begin ? expected.size() - begin : 0;
        ASSERT_EQ(hits.size(), std::min(count, left));
        for (size_t i = 0; i < hits.size(); ++i) {
            EXPECT_EQ(uint64_t{hits.at(i)["id"]}, expected[begin + i].id) << i;
            EXPECT_EQ(static_cast<float>(double{hits.at(i)["score"]}), expected[begin + i].score);
        }
    }

    TestService service_;
    SplitMix random_{kV1Seed};
    std::vector<V1Point> points_;
    RawAnswer answer_;
    dom::parser parser_;
};

TEST_F(V1SearchTest, ExactHitsAndExplanationsAreThoseOfBruteForce) {
    for (int round = 0; round < 20; ++round) {
        const SparseVector query = random_sparse_vector(6);
        const auto answer =
            search(R"({"exact":true,"explain":true,"limit":15,"offset":)" + std::to_string(round) +
                   R"(,"sparse":)" + sparse_json(query, R"(,"using":"s")") + "}");
        const auto expected = by_sparse(query);
        expect_hits(expected, static_cast<size_t>(round), 15, answer["hits"]);
        size_t rank = static_cast<size_t>(round);
        for (const dom::element hit : dom::array(answer["hits"])) {
            EXPECT_EQ(dom::array(hit["sources"]).size(), 1U);
            EXPECT_EQ(uint64_t{hit["sources"].at(0)["rank"]}, ++rank);
            const V1Point& point = points_[uint64_t{hit["id"]}];
            const dom::element explained = hit["explanation"].at(0);
            EXPECT_EQ(double{explained["score"]}, double{hit["score"]});
            std::map<uint64_t, std::pair<double, double>> shared;
            for (size_t i = 0; i < query.nnz(); ++i) {
                for (size_t j = 0; j < point.s.nnz(); ++j) {
                    if (query.components[i] == point.s.components[j]) {
                        shared[query.components[i]] = {static_cast<double>(query.values[i]),
                                                       static_cast<double>(point.s.values[j])};
                    }
                }
            }
            double sum = 0;
            double before = 1e30;
            EXPECT_EQ(dom::array(explained["components"]).size(), shared.size());
            for (const dom::element share : dom::array(explained["components"])) {
                const auto& [q, d] = shared.at(uint64_t{share["index"]});
                EXPECT_EQ(static_cast<float>(double{share["query"]}), static_cast<float>(q));
                EXPECT_EQ(static_cast<float>(double{share["document"]}), static_cast<float>(d));
                EXPECT_EQ(double{share["product"]}, q * d);
                EXPECT_LE(double{share["product"]}, before);
                before = double{share["product"]};
                sum += q * d;
            }
            const double score = inner_product(query.view(), point.s.view());
            EXPECT_NEAR(sum, score, 1e-12 * score);
        }
    }
}

TEST_F(V1SearchTest, ApproximateScoresAreExplainedExactly) {
    for (int round = 0; round < 10; ++round) {
        const SparseVector query = random_sparse_vector(6);
        const auto answer = search(R"({"explain":true,"with_payload":false,"sparse":)" +
                                   sparse_json(query, R"(,"using":"s")") + "}");
        for (const dom::element hit : dom::array(answer["hits"])) {
            const double exact = inner_product(query.view(), points_[uint64_t{hit["id"]}].s.view());
            EXPECT_EQ(static_cast<float>(double{hit["explanation"].at(0)["score"]}),
                      static_cast<float>(exact));
            EXPECT_NEAR(double{hit["score"]}, exact, 1e-3 * exact);
            EXPECT_EQ(hit["payload"].error(), simdjson::NO_SUCH_FIELD);
        }
        EXPECT_GT(uint64_t{answer["counters"]["documents_scored"]}, 0U);
        EXPECT_GE(double{answer["took_ms"]}, 0.0);
    }
}

TEST_F(V1SearchTest, DenseScoresAndDistances) {
    for (int round = 0; round < 10; ++round) {
        const DenseVector query = random_dense_vector();
        auto answer = search(R"({"limit":30,"explain":true,"dense":{"vector":)" +
                             dense_json(query) + R"(,"using":"d"}})");
        expect_hits(by_dense(query), 0, 30, answer["hits"]);
        EXPECT_EQ(std::string_view{answer["hits"].at(0)["explanation"].at(0)["metric"]}, "dot");
        EXPECT_EQ(bool{answer["settings"]["dense"]["exact"]}, true);
        // Distances: the smallest first, positive, and a threshold is the largest.
        auto far = ranked(
            [&](const V1Point& p) { return dense_score(Distance::kEuclid, query, p.d); }, false);
        for (Scored& one : far) one.score = -one.score;
        const std::string by_e =
            R"({"limit":500,"dense":{"vector":)" + dense_json(query) + R"(,"using":"e"})";
        answer = search(by_e + "}");
        expect_hits(far, 0, kPoints, answer["hits"]);
        EXPECT_EQ(double{answer["hits"].at(0)["sources"].at(0)["score"]},
                  double{answer["hits"].at(0)["score"]});
        JsonWriter threshold;
        threshold.number(far[9].score);
        answer = search(by_e + ",\"score_threshold\":" + threshold.text() + "}");
        far.erase(std::find_if(far.begin(), far.end(),
                               [&](const Scored& s) { return s.score > far[9].score; }),
                  far.end());
        expect_hits(far, 0, kPoints, answer["hits"]);
    }
}

TEST_F(V1SearchTest, FusionSaysWhereHitsCameFrom) {
    for (int round = 0; round < 20; ++round) {
        const SparseVector s = random_sparse_vector(6);
        const DenseVector d = random_dense_vector();
        const uint64_t k = 1 + random_.below(80);
        const float weight = static_cast<float>(1 + random_.below(8)) / 2.0F;
        JsonWriter weight_text;
        weight_text.number(weight);
        const auto answer =
            search(R"({"exact":true,"limit":25,"candidates":50,"sparse":)" +
                   sparse_json(s, R"(,"using":"s")") + R"(,"dense":{"using":"d","vector":)" +
                   dense_json(d) + R"(},"fusion":{"rrf":{"k":)" + std::to_string(k) +
                   R"(,"weights":{"dense":)" + weight_text.text() + "}}}}");
        std::vector<std::vector<Scored>> lists{by_sparse(s), by_dense(d)};
        std::map<uint64_t, double> sums;
        for (size_t l = 0; l < 2; ++l) {
            if (lists[l].size() > 50) lists[l].resize(50);
            for (size_t rank = 0; rank < lists[l].size(); ++rank) {
                const double w = l == 1 ? static_cast<double>(weight) : 1.0;
                sums[lists[l][rank].id] +=
                    1.0 / (static_cast<double>(rank + 1) / w + static_cast<double>(k) - 1.0);
            }
        }
        std::vector<Scored> fused;
        for (const auto& [id, sum] : sums) fused.push_back({id, static_cast<float>(sum)});
        std::stable_sort(fused.begin(), fused.end(),
                         [](const Scored& a, const Scored& b) { return a.score > b.score; });
        expect_hits(fused, 0, 25, answer["hits"]);
        for (const dom::element hit : dom::array(answer["hits"])) {
            size_t places = 0;
            for (const dom::element source : dom::array(hit["sources"])) {
                const auto& list = lists[std::string_view{source["source"]} == "dense" ? 1 : 0];
                const Scored& there = list.at(uint64_t{source["rank"]} - 1);
                EXPECT_EQ(there.id, uint64_t{hit["id"]});
                EXPECT_EQ(there.score, static_cast<float>(double{source["score"]}));
                ++places;
            }
            for (const auto& list : lists) {
                const auto there = std::any_of(list.begin(), list.end(), [&](const Scored& one) {
                    return one.id == uint64_t{hit["id"]};
                });
                places -= there ? 1 : 0;
            }
            EXPECT_EQ(places, 0U);
        }
    }
}

/// The same fusions over Qdrant's route.
TEST_F(V1SearchTest, FusionIsThatOfStagedSearches) {
    for (int round = 0; round < 10; ++round) {
        const std::string s = sparse_json(random_sparse_vector(6));
        const std::string d = dense_json(random_dense_vector());
        for (const char* fusion : {R"({"rrf":{"k":60}})", R"({"fusion":"dbsf"})"}) {
            const RawAnswer staged = service_.ask(
                "POST", "/collections/c/points/query",
                R"({"limit":20,"prefetch":[{"limit":100,"using":"s","query":)" + s +
                    R"(},{"limit":100,"using":"d","query":)" + d + R"(}],"query":)" + fusion + "}");
            ASSERT_EQ(staged.status, 200U) << staged.body;
            dom::parser other;
            const dom::array expected = other.parse(staged.body)["result"]["points"];
            const bool by_rank = fusion[2] == 'r';
            const auto answer = search(R"({"limit":20,"sparse":)" + s.substr(0, s.size() - 1) +
                                       R"(,"using":"s"},"dense":{"using":"d","vector":)" + d + "}" +
                                       (by_rank ? "" : R"(,"fusion":"dbsf")") + "}");
            const dom::array hits = answer["hits"];
            ASSERT_EQ(hits.size(), expected.size());
            for (size_t i = 0; i < hits.size(); ++i) {
                EXPECT_EQ(uint64_t{hits.at(i)["id"]}, uint64_t{expected.at(i)["id"]});
                EXPECT_EQ(double{hits.at(i)["score"]}, double{expected.at(i)["score"]});
            }
        }
    }
}

TEST_F(V1SearchTest, FiltersAndPartsOfPoints) {
    const SparseVector query = random_sparse_vector(6);
    const std::string sparse = R"("sparse":)" + sparse_json(query, R"(,"using":"s")");
    auto answer =
        search(R"({"limit":500,"exact":true,"with_payload":["name"],"with_vectors":["d"],)"
               R"("filter":{"must":[{"key":"color","match":{"value":2}}]},)" +
               sparse + "}");
    auto expected = by_sparse(query);
    std::erase_if(expected, [&](const Scored& one) { return points_[one.id].color != 2; });
    expect_hits(expected, 0, kPoints, answer["hits"]);
    const dom::element first = answer["hits"].at(0);
    EXPECT_EQ(simdjson::minify(first["payload"]),
              "{\"name\":\"n" + std::to_string(expected[0].id) + "\"}");
    EXPECT_EQ(dom::object(first["vector"]).size(), 1U);
    EXPECT_EQ(dom::array(first["vector"]["d"]).size(), size_t{kSize});
    EXPECT_GT(uint64_t{answer["counters"]["filter"]["scanned"]} +
                  uint64_t{answer["counters"]["filter"]["walked"]},
              0U);
    EXPECT_GT(uint64_t{answer["counters"]["filter"]["payloads_read"]}, 0U);
    answer = search(R"({"offset":490,"limit":500,"exact":true,)" + sparse + "}");
    expect_hits(by_sparse(query), 490, 500, answer["hits"]);
    answer = search("{" + sparse + "}");
    EXPECT_EQ(dom::object(answer["hits"].at(0)["payload"]).size(), 2U);
}

TEST_F(V1SearchTest, TextIsExplainedByItsWords) {
    EXPECT_EQ(
        service_.ask("PUT", "/collections/texts", R"({"sparse_vectors":{"w":{"modifier":"idf"}}})")
            .status,
        200U);
    std::string lines;
    const std::vector<std::string> texts = {"amber fjord", "amber amber zinc", "zinc", "running",
                                            "quartz"};
    for (size_t i = 0; i < texts.size(); ++i) {
        lines += "{\"id\":" + std::to_string(i) +
                 R"(,"vector":{"w":{"model":"temblor/bm25","text":")" + texts[i] + "\"}}}\n";
    }
    EXPECT_EQ(service_.ask("POST", "/v1/collections/texts/import", lines).status, 200U);
    const auto ask_texts = [&](const std::string& body) {
        answer_ = service_.ask("POST", "/v1/collections/texts/search", body);
        EXPECT_EQ(answer_.status, 200U) << answer_.body;
        return dom::element(parser_.parse(answer_.body));
    };
    auto answer = ask_texts(R"({"text":"the amber zinc","explain":true,"exact":true})");
    ASSERT_EQ(dom::array(answer["hits"]).size(), 3U);
    for (const dom::element hit : dom::array(answer["hits"])) {
        const std::string& text = texts[uint64_t{hit["id"]}];
        const dom::element explained = hit["explanation"].at(0);
        EXPECT_EQ(std::string_view{explained["source"]}, "text");
        double sum = 0;
        for (const dom::element share : dom::array(explained["components"])) {
            EXPECT_NE(text.find(std::string_view{share["term"]}), std::string::npos);
            // idf: each word stands in two of five.
            EXPECT_NEAR(double{share["query"]}, std::log(1 + 3.5 / 2.5), 1e-6);
            sum += double{share["product"]};
        }
        EXPECT_EQ(double{explained["score"]}, double{hit["score"]});
        EXPECT_NEAR(sum, double{hit["score"]}, 1e-6);
    }
    answer = ask_texts(
        R"({"text":{"text":"runs","using":"w","options":{"language":"english"}},"explain":true})");
    ASSERT_EQ(dom::array(answer["hits"]).size(), 1U);
    EXPECT_EQ(
        std::string_view{answer["hits"].at(0)["explanation"].at(0)["components"].at(0)["term"]},
        "run");
}

TEST_F(V1SearchTest, RecallBecomesSettings) {
    const std::string sparse =
        R"("sparse":)" + sparse_json(random_sparse_vector(6), R"(,"using":"s")");
    uint64_t cut = 0;
    double factor = 10;
    for (const char* recall : {"0.5", "0.8", "0.9", "0.95", "0.97", "0.99"}) {
        const auto answer = search(R"({"recall":)" + std::string(recall) + "," + sparse + "}");
        const dom::element setting = answer["settings"]["sparse"];
        EXPECT_EQ(bool{setting["exact"]}, false) << recall;
        EXPECT_GE(uint64_t{setting["query_cut"]}, cut) << recall;
        EXPECT_LE(double{setting["heap_factor"]}, factor) << recall;
        cut = uint64_t{setting["query_cut"]};
        factor = double{setting["heap_factor"]};
    }
    EXPECT_EQ(bool{search(R"({"recall":1,)" + sparse + "}")["settings"]["sparse"]["exact"]}, true);
    const auto given = search(
        R"({"params":{"sparse":{"query_cut":3,"heap_factor":0.5,"patience":7}},)" + sparse + "}");
    EXPECT_EQ(simdjson::minify(given["settings"]["sparse"]),
              R"({"using":"s","limit":10,"exact":false,"query_cut":3,"heap_factor":0.5,)"
              R"("patience":7})");
}

TEST_F(V1SearchTest, WhatIsWrongIsNamed) {
    const std::string s = R"("sparse":{"indices":[1000],"values":[1],"using":"s"})";
    const std::string d = R"("dense":{"vector":[1,0,0,0,0],"using":"d"})";
    const std::vector<std::tuple<std::string, unsigned, std::string>> cases = {
        {"{}", 400, "body: expected text, sparse or dense"},
        {R"({"sparse":{"indices":[1],"values":[1]}})", 400,
         R"(body.sparse.using: expected one of the sparse vectors \"s\", \"t\")"},
        {R"({"sparse":{"indices":[1],"values":[1],"using":"d"}})", 400, "body.sparse.using"},
        {R"({"sparse":{"indices":[1],"values":[-1],"using":"s"}})", 400, "body.sparse.values"},
        {R"({"sparse":{"indices":[1,1],"values":[1,1],"using":"s"}})", 400,
         "body.sparse.indices[1]"},
        {R"({"sparse":{"indices":[1],"using":"s"}})", 400, "body.sparse.values: expected an array"},
        {R"({"sparse":[1]})", 400, "body.sparse"},
        {R"({"dense":[1,2,3,4,5]})", 400,
         R"(body.dense.using: expected one of the dense vectors \"d\", \"e\")"},
        {R"({"dense":{"vector":[1,2],"using":"d"}})", 400, "body.dense: expected 5 numbers, got 2"},
        {R"({"dense":{"indices":[1],"values":[1]}})", 400, "body.dense.indices"},
        {R"({"dense":{"using":"d"}})", 400, "body.dense.vector: missing"},
        {R"({"text":7})", 400, "body.text: expected a string"},
        {R"({"text":{"text":"a","using":"none"}})", 400, "body.text.using"},
        {R"({"text":{"text":"a","using":"s","options":{"k":-1}}})", 400, "body.text.options: k"},
        {R"({"query":[1]})", 400, "body.query"},
        {"{" + s + R"(,"recall":0.4})", 400, "body.recall: expected a number from 0.5 to 1"},
        {"{" + s + R"(,"recall":1.1})", 400, "body.recall"},
        {"{" + s + R"(,"recall":0.9,"exact":true})", 400, "body.recall: expected only one"},
        {"{" + s + R"(,"recall":0.9,"params":{"sparse":{}}})", 400, "body.recall"},
        {"{" + s + R"(,"params":{"sparse":{"cut":1}}})", 400, "body.params.sparse.cut"},
        {"{" + s + R"(,"limit":0})", 400, "body.limit"},
        {"{" + s + R"(,"limit":10000,"offset":1})", 400, "limit and offset"},
        {"{" + s + R"(,"candidates":5})", 400, "body.candidates"},
        {"{" + s + R"(,"filter":{"mist":[]}})", 400, "body.filter.mist"},
        {"{" + s + R"(,"timeout":0})", 400, "body.timeout"},
        {"{" + s + R"(,"timeout":1e-9})", 503, "longer than"},
        {"{" + s + R"(,"with_vectors":3})", 400, "with_vectors"},
        {"{" + s + "," + d + R"(,"fusion":"max"})", 400, "body.fusion: expected rrf or dbsf"},
        {"{" + s + "," + d + R"(,"fusion":{"dbsf":{}}})", 400, "body.fusion.dbsf"},
        {"{" + s + "," + d + R"(,"fusion":{"rrf":{"k":0}}})", 400, "body.fusion.rrf.k"},
        {"{" + s + "," + d + R"(,"fusion":{"rrf":{"weights":{"text":1}}}})", 400,
         "body.fusion.rrf.weights.text"},
        {"{" + s + "," + d + R"(,"fusion":{"rrf":{"weights":{"dense":0}}}})", 400,
         "body.fusion.rrf.weights.dense"},
        {"[", 400, "body: expected JSON"},
    };
    for (const auto& [body, status, needle] : cases) {
        const RawAnswer answer = service_.ask("POST", "/v1/collections/c/search", body);
        EXPECT_EQ(answer.status, status) << body << answer.body;
        EXPECT_EQ(answer.headers.at("content-type"), "application/problem+json") << body;
        EXPECT_NE(answer.body.find(needle), std::string::npos) << body << answer.body;
    }
    EXPECT_EQ(service_.ask("POST", "/v1/collections/none/search", "{" + s + "}").status, 404U);
    EXPECT_EQ(service_.ask("GET", "/v1/collections/c/search").status, 405U);
}

}  // namespace
}  // namespace temblor::testing
