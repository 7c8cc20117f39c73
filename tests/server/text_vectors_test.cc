// Text in the place of sparse vectors, over HTTP.

#include "server/text_vectors.h"

#include <cmath>
#include <map>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/data/test_files.h"
#include "tests/server/test_service.h"
#include "tests/text/real_data.h"

namespace temblor::testing {
namespace {

namespace json = boost::json;

constexpr const char* kMade =
    R"({"vectors":{"d":{"size":2,"distance":"Dot"}},)"
    R"("sparse_vectors":{"t":{"modifier":"idf"},"p":{"modifier":"none"}}})";

/// Qdrant's Document.
std::string document(const std::string& text, const std::string& options = "",
                     const std::string& model = "qdrant/bm25") {
    json::object object{{"text", text}, {"model", model}};
    if (!options.empty()) object["options"] = json::parse(options);
    return json::serialize(object);
}

class TextVectorsTest : public FolderTest {
protected:
    void SetUp() override {
        service_ = std::make_unique<TestService>(path("data"), AccessKeys());
        ASSERT_EQ(service_->ask("PUT", "/collections/c", kMade).status, 200U);
    }

    /// The answer's `result`.
    json::value done(const std::string& method, const std::string& path,
                     const std::string& body = "") {
        const RawAnswer answer = service_->ask(method, path, body);
        EXPECT_EQ(answer.status, 200U) << path << ": " << answer.body;
        if (answer.status != 200) return nullptr;
        return json::parse(answer.body).as_object().at("result");
    }
    /// As a client does: told that sealing is behind, it asks again.
    void upsert(const std::string& points) {
        constexpr int kTries = 20;
        RawAnswer answer;
        for (int i = 0; i < kTries && (i == 0 || answer.status == 503); ++i)
            answer = service_->ask("PUT", "/collections/c/points", "{\"points\":[" + points + "]}");
        EXPECT_EQ(answer.status, 200U) << answer.body;
    }
    /// Ids of the hits, best first.
    std::vector<int64_t> found(const std::string& body) {
        std::vector<int64_t> ids;
        const json::value result = done("POST", "/collections/c/points/query", body);
        for (const json::value& hit : result.as_object().at("points").as_array())
            ids.push_back(hit.as_object().at("id").to_number<int64_t>());
        return ids;
    }
    json::value vector_of(int id, const std::string& name) {
        const json::value point = done("POST", "/collections/c/points",
                                       fmt::format(R"({{"ids":[{}],"with_vector":true}})", id));
        return point.as_array().at(0).as_object().at("vector").as_object().at(name);
    }
    void expect_refused(const std::string& path, const std::string& body, unsigned status,
                        const std::vector<std::string>& words) {
        const RawAnswer answer = service_->ask(path.ends_with("query") ? "POST" : "PUT",
                                               "/collections/c/points" + path, body);
        EXPECT_EQ(answer.status, status) << body << answer.body;
        for (const std::string& word : words)
            EXPECT_NE(answer.body.find(word), std::string::npos) << word << ": " << answer.body;
    }

    std::unique_ptr<TestService> service_;
};

TEST_F(TextVectorsTest, TheModifierIsKeptAndShown) {
    const json::value info = done("GET", "/collections/c");
    const json::object& shown = info.at("config").at("params").at("sparse_vectors").as_object();
    EXPECT_EQ(shown.at("t").at("modifier").as_string(), "idf");
    EXPECT_FALSE(shown.at("p").as_object().contains("modifier"));
    const auto schema = service_->store().collection("c").value()->version()->schema;
    EXPECT_EQ(schema->sparse.at("t").modifier, VectorModifier::kIdf);
    EXPECT_EQ(schema->sparse.at("p"), SparseVectorSettings());
    EXPECT_EQ(service_->ask("PUT", "/collections/x", R"({"sparse_vectors":{"t":{"modifier":"i"}}})")
                  .status,
              400U);
}

TEST_F(TextVectorsTest, EveryWriteTakesText) {
    upsert(R"({"id":1,"vector":{"t":)" + document("hello hello world") + "}}");
    const json::value one = vector_of(1, "t");
    EXPECT_EQ(one.at("indices"), json::value(json::array{74040069, 613153351}));
    const auto weight = [](double tf, double k, double b, double ratio) {
        return tf * (k + 1) / (tf + k * (1 - b + b * ratio));
    };
    const auto value = [](const json::value& vector, size_t i) {
        return vector.at("values").as_array().at(i).to_number<double>();
    };
    EXPECT_NEAR(value(one, 0), weight(1, 1.2, 0.75, 3.0 / 256), 1e-6);
    EXPECT_NEAR(value(one, 1), weight(2, 1.2, 0.75, 3.0 / 256), 1e-6);
    // As a batch, by columns and by rows.
    const std::string german =
        document("Häuser", R"({"language":"german","avg_len":10,"k":2,"b":0.5})", "Qdrant/BM25");
    done("PUT", "/collections/c/points",
         R"({"batch":{"ids":[2,3],"vectors":{"t":[)" + document("world") + "," + german + "]}}}");
    EXPECT_EQ(vector_of(2, "t").at("indices"), json::value(json::array{74040069}));
    EXPECT_NEAR(value(vector_of(3, "t"), 0), weight(1, 2, 0.5, 0.1), 1e-6);
    EXPECT_EQ(vector_of(3, "t").at("indices").as_array().at(0).to_number<uint32_t>(),
              HashedBm25::component_of("haus"));
    done("PUT", "/collections/c/points",
         R"({"batch":{"ids":[4],"vectors":[{"t":)" + document("hello", "{}", "temblor/bm25") +
             "}]}}");
    EXPECT_EQ(vector_of(4, "t").at("indices"), json::value(json::array{613153351}));
    done("PUT", "/collections/c/points/vectors",
         R"({"points":[{"id":4,"vector":{"t":)" + document("world") + R"(,"d":[1,2]}}]})");
    EXPECT_EQ(vector_of(4, "t").at("indices"), json::value(json::array{74040069}));
    done("POST", "/collections/c/points/batch",
         R"({"operations":[{"upsert":{"points":[{"id":5,"vector":{"p":)" + document("world") +
             "}}]}}]}");
    EXPECT_EQ(vector_of(5, "p").at("indices"), json::value(json::array{74040069}));
    const RawAnswer imported =
        service_->ask("POST", "/v1/collections/c/import",
                      R"({"id":6,"vector":{"t":)" + document("hello") + "}}\n" +
                          R"({"id":7,"vector":{"d":)" + document("hello") + "}}\n");
    EXPECT_EQ(imported.status, 200U);
    EXPECT_EQ(vector_of(6, "t").at("indices"), json::value(json::array{613153351}));
    EXPECT_NE(imported.body.find("is dense"), std::string::npos) << imported.body;
    upsert(R"({"id":8,"vector":{"t":)" + document("the") + "}}");
    EXPECT_TRUE(vector_of(8, "t").at("indices").as_array().empty());
}

TEST_F(TextVectorsTest, EverySearchTakesText) {
    std::string points;
    const std::vector<std::string> texts = {"red apples", "green apples and green pears", "pears",
                                            "a red car"};
    for (size_t i = 0; i < texts.size(); ++i) {
        points +=
            fmt::format(R"({}{{"id":{},"payload":{{"n":{}}},"vector":{{"d":[1,{}],"t":{}}}}})",
                        i == 0 ? "" : ",", i, i % 2, i, document(texts[i]));
    }
    upsert(points);
    using Ids = std::vector<int64_t>;
    const std::string green = R"({"using":"t","query":)" + document("Green?") + "}";
    EXPECT_EQ(found(green), (Ids{1}));
    EXPECT_EQ(found(R"({"using":"t","query":{"nearest":)" + document("cars") + "}}"), (Ids{3}));
    EXPECT_EQ(found(R"({"using":"t","query":)" + document("car red") + "}"), (Ids{3, 0}));
    EXPECT_EQ(found(R"({"using":"t","query":)" + document("red the") +
                    R"(,"filter":{"must":[{"key":"n","match":{"value":0}}]}})"),
              (Ids{0}));
    EXPECT_EQ(found(R"({"using":"t","query":)" + document("") + "}"), Ids());
    EXPECT_EQ(found(R"({"using":"d","query":[0,1],"prefetch":)" + green + "}"), (Ids{1}));
    EXPECT_EQ(found(R"({"query":{"fusion":"rrf"},"prefetch":[)" + green +
                    R"(,{"using":"d","query":[0,1],"limit":1}]})"),
              (Ids{1, 3}));
    // The score is tf times idf.
    const json::value hits = done("POST", "/collections/c/points/query", green);
    const double idf = std::log(1 + 3.5 / 1.5);
    const double tf = 2 * 2.2 / (2 + 1.2 * (0.25 + 0.75 * 4 / 256));
    EXPECT_NEAR(hits.at("points").at(0).at("score").to_number<double>(), idf * tf, 1e-4);
    const json::value batch = done("POST", "/collections/c/points/query/batch",
                                   R"({"searches":[)" + green + "," + green + "]}");
    EXPECT_EQ(batch.at(1).at("points"), hits.at("points"));
    const json::value groups =
        done("POST", "/collections/c/points/query/groups",
             R"({"using":"t","group_by":"n","query":)" + document("red pears") + "}");
    EXPECT_EQ(groups.at("groups").as_array().size(), 2U);
    const json::value older =
        done("POST", "/collections/c/points/search",
             R"({"vector":{"name":"t","vector":)" + document("green") + R"(},"limit":3})");
    EXPECT_EQ(older.as_array().size(), 1U);
}

TEST_F(TextVectorsTest, WhatIsWrongIsNamed) {
    const auto point = [](const std::string& name, const std::string& vector) {
        return R"({"points":[{"id":1,"vector":{")" + name + "\":" + vector + "}}]}";
    };
    const std::string place = "body.points[0].vector.t";
    expect_refused("", point("t", document("a", "", "bert")), 400,
                   {place + ".model", "qdrant/bm25", "temblor/bm25", "bert"});
    expect_refused("", point("t", R"({"text":"a"})"), 400, {place + ".model"});
    expect_refused("", point("t", R"({"text":"a","model":7})"), 400, {place + ".model"});
    expect_refused("", point("t", R"({"text":"a","model":"qdrant/bm25","x":1})"), 400, {"x"});
    expect_refused("", point("t", R"({"text":7,"model":"qdrant/bm25"})"), 400, {place});
    expect_refused("", point("d", document("a")), 400, {"body.points[0].vector.d", "is dense"});
    expect_refused("", point("n", document("a")), 400, {"body.points[0].vector.n", "no vector"});
    expect_refused("", R"({"points":[{"id":1,"vector":)" + document("a") + "}]}", 400,
                   {"body.points[0].vector", "no vector"});
    for (const auto& [options, name, status] :
         std::vector<std::tuple<std::string, std::string, unsigned>>{
             {R"({"language":"klingon"})", "language", 400},
             {R"({"language":"english\u0000"})", "language", 400},
             {R"({"language":7})", "language", 400},
             {R"({"avg_len":0})", "avg_len", 400},
             {R"({"k":-1})", "k", 400},
             {R"({"b":2})", "b", 400},
             {R"({"b":"x"})", "b", 400},
             {R"({"k1":1})", "k1", 400},
             {R"({"tokenizer":"prefix"})", "tokenizer", 501},
             {R"({"lowercase":false})", "lowercase", 501},
             {R"({"ascii_folding":true})", "ascii_folding", 501},
             {R"({"stopwords":"english"})", "stopwords", 501},
             {R"({"min_token_len":3})", "min_token_len", 501}}) {
        expect_refused("", point("t", document("a", options)), status, {place + ".options", name});
    }
    upsert(R"({"id":1,"vector":{"t":)" +
           document("a", R"({"tokenizer":"word","lowercase":true,"ascii_folding":false})") + "}}");
    expect_refused("/query", R"({"using":"t","query":)" + document("a", "", "bert") + "}", 400,
                   {"body.query.model", "qdrant/bm25"});
    expect_refused("/query", R"({"using":"d","query":)" + document("a") + "}", 400,
                   {"body.query", "is dense"});
    expect_refused("/query", R"({"query":)" + document("a") + "}", 400,
                   {"body.query", "no vector"});
    expect_refused("/query", R"({"using":"t","query":{"image":"x","model":"clip"}})", 501,
                   {"image"});
    expect_refused("/query",
                   R"({"using":"d","query":[1,2],"prefetch":{"using":"t","query":)" +
                       document("a", R"({"b":-1})") + "}}",
                   400, {"body.prefetch.query.options", "b: "});
}

TEST(TextVectors, OtherModulesCanEncode) {
    Schema schema;
    schema.sparse["t"] = {};
    schema.dense["d"] = {2, Distance::kDot};
    EXPECT_EQ(encode_query_text(schema, "t", "worlds world")->components,
              (std::vector<uint32_t>{74040069U}));
    EXPECT_GT(encode_document_text(schema, "t", "world")->values.at(0), 1.0F);
    EXPECT_EQ(encode_query_text(schema, "t", "worlds", {"none", {}})->components,
              (std::vector<uint32_t>{HashedBm25::component_of("worlds")}));
    EXPECT_ERROR(encode_query_text(schema, "d", "a"), StatusCode::kInvalidArgument, "dense");
    EXPECT_ERROR(encode_query_text(schema, "x", "a"), StatusCode::kInvalidArgument, "no vector");
}

TEST_F(TextVectorsTest, NfCorpusReachesItsFloor) {
    const std::string folder = test::real_data_folder() + "/nfcorpus";
    if (!test::real_data_file("nfcorpus/corpus.jsonl.gz"))
        GTEST_SKIP() << "no collection in " << folder << " (set TEMBLOR_DATA)";
    const test::BeirCollection beir = test::read_beir(folder);
    std::string points;
    for (size_t i = 0; i < beir.texts.size(); ++i) {
        points += fmt::format(R"({}{{"id":{},"vector":{{"t":{}}}}})", points.empty() ? "" : ",", i,
                              document(beir.texts[i]));
        if (i % 100 == 99 || i + 1 == beir.texts.size()) {
            upsert(points);
            points.clear();
        }
    }
    for (const std::string params : {R"({"exact":true})", "{}"}) {
        double total = 0;
        for (size_t begin = 0; begin < beir.queries.size(); begin += 100) {
            const size_t end = std::min(begin + 100, beir.queries.size());
            std::string searches;
            for (size_t q = begin; q < end; ++q) {
                searches += fmt::format(R"({}{{"using":"t","params":{},"query":{}}})",
                                        q == begin ? "" : ",", params, document(beir.queries[q]));
            }
            const json::value answers = done("POST", "/collections/c/points/query/batch",
                                             R"({"searches":[)" + searches + "]}");
            for (size_t q = begin; q < end; ++q) {
                std::vector<std::string> ranking;
                for (const json::value& hit : answers.at(q - begin).at("points").as_array())
                    ranking.push_back(beir.document_ids[hit.at("id").to_number<size_t>()]);
                total += test::ndcg_at_10(beir.grades[q], ranking);
            }
        }
        const double ndcg = total / static_cast<double>(beir.queries.size());
        RecordProperty("ndcg_at_10", std::to_string(ndcg));
        EXPECT_GE(ndcg, 0.31) << params;
    }
}

}  // namespace
}  // namespace temblor::testing
