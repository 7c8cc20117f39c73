// POST /v1/collections/{c}/search: text, settings and what is refused.

#include <cmath>
#include <tuple>

#include "tests/server/v1_points.h"

namespace temblor::testing {
namespace {

namespace dom = simdjson::dom;

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
