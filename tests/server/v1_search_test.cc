// POST /v1/collections/{c}/search against brute force over the points that were written.

#include <algorithm>
#include <map>

#include "server/json_writer.h"
#include "tests/server/v1_points.h"

namespace temblor::testing {
namespace {

namespace dom = simdjson::dom;

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
        EXPECT_EQ(uint64_t{answer["settings"]["dense"]["lists"]}, DenseSetting{}.lists);
        // Distances: the smallest first, positive, and a threshold is the largest.
        auto far = ranked(
            [&](const V1Point& p) { return dense_score(Distance::kEuclid, query, p.d); }, false);
        for (Scored& one : far) one.score = -one.score;
        const std::string by_e =
            R"({"limit":500,"dense":{"vector":)" + dense_json(query) + R"(,"using":"e"})";
        answer = search(by_e + "}");
        expect_hits(far, 0, kV1Points, answer["hits"]);
        EXPECT_EQ(double{answer["hits"].at(0)["sources"].at(0)["score"]},
                  double{answer["hits"].at(0)["score"]});
        JsonWriter threshold;
        threshold.number(far[9].score);
        answer = search(by_e + ",\"score_threshold\":" + threshold.text() + "}");
        far.erase(std::find_if(far.begin(), far.end(),
                               [&](const Scored& s) { return s.score > far[9].score; }),
                  far.end());
        expect_hits(far, 0, kV1Points, answer["hits"]);
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
    expect_hits(expected, 0, kV1Points, answer["hits"]);
    const dom::element first = answer["hits"].at(0);
    EXPECT_EQ(simdjson::minify(first["payload"]),
              "{\"name\":\"n" + std::to_string(expected[0].id) + "\"}");
    EXPECT_EQ(dom::object(first["vector"]).size(), 1U);
    EXPECT_EQ(dom::array(first["vector"]["d"]).size(), size_t{kV1Size});
    EXPECT_GT(uint64_t{answer["counters"]["filter"]["scanned"]} +
                  uint64_t{answer["counters"]["filter"]["walked"]},
              0U);
    EXPECT_GT(uint64_t{answer["counters"]["filter"]["payloads_read"]}, 0U);
    answer = search(R"({"offset":490,"limit":500,"exact":true,)" + sparse + "}");
    expect_hits(by_sparse(query), 490, 500, answer["hits"]);
    answer = search("{" + sparse + "}");
    EXPECT_EQ(dom::object(answer["hits"].at(0)["payload"]).size(), 2U);
}

}  // namespace
}  // namespace temblor::testing
