// /v1/models, /v1/embeddings and /v1/rerank, with models that the tests configure.

#include <cmath>
#include <cstring>

#include <gtest/gtest.h>
#include <simdjson.h>

#include "data/splitmix.h"
#include "server/bm25_reranker.h"
#include "tests/data/test_files.h"
#include "tests/server/test_service.h"

namespace temblor::testing {
namespace {

namespace dom = simdjson::dom;

/// Length and first byte.
class LengthEmbedder final : public Embedder {
public:
    [[nodiscard]] uint32_t size() const override { return 2; }
    [[nodiscard]] Result<Embedded> embed(std::span<const std::string> texts,
                                         const std::function<bool()>&) const override {
        Embedded made;
        for (const std::string& text : texts) {
            made.vectors.push_back({static_cast<float>(text.size()),
                                    text.empty() ? 0.0F : static_cast<float>(text[0]) / 7.0F});
            made.tokens += text.size();
        }
        return made;
    }
};

class ModelRoutesTest : public FolderTest {
protected:
    ModelRoutesTest() : service_(path("data"), {}) {}
    dom::element ask(const std::string& route, const std::string& body, unsigned status = 200) {
        answer_ = service_.ask("POST", route, body);
        EXPECT_EQ(answer_.status, status) << body << answer_.body;
        return parser_.parse(answer_.body);
    }
    TestService service_;
    RawAnswer answer_;
    dom::parser parser_;
};

TEST_F(ModelRoutesTest, WithoutEmbeddersTheAnswerNamesWhatThereIs) {
    const auto problem = ask("/v1/embeddings", R"({"input":"a","model":"text-embedding-3"})", 404);
    EXPECT_EQ(answer_.headers.at("content-type"), "application/problem+json");
    EXPECT_NE(std::string_view{problem["detail"]}.find("text-embedding-3"), std::string::npos);
    EXPECT_NE(std::string_view{problem["detail"]}.find("none is configured"), std::string::npos);
    const auto other = ask("/v1/rerank", R"({"query":"a","documents":["a"],"model":"x"})", 404);
    EXPECT_NE(std::string_view{other["detail"]}.find("temblor/bm25"), std::string::npos);
    const RawAnswer models = service_.ask("GET", "/v1/models");
    EXPECT_EQ(models.body,
              R"({"object":"list","data":[{"id":"temblor/bm25","object":"model","created":0,)"
              R"("owned_by":"temblor","kind":"rerank"}]})");
}

TEST_F(ModelRoutesTest, EmbeddingsInBothFormats) {
    Encoders& encoders = service_.service().encoders();
    ASSERT_TRUE(encoders.add("length", std::make_shared<LengthEmbedder>()).is_ok());
    EXPECT_EQ(encoders.add("length", std::make_shared<LengthEmbedder>()).code(),
              StatusCode::kAlreadyExists);
    EXPECT_EQ(encoders.add("length", std::make_shared<Bm25Reranker>()).code(),
              StatusCode::kAlreadyExists);
    auto answer = ask("/v1/embeddings", R"({"input":["abc",""],"model":"length","user":"u"})");
    EXPECT_EQ(std::string_view{answer["object"]}, "list");
    EXPECT_EQ(std::string_view{answer["model"]}, "length");
    EXPECT_EQ(uint64_t{answer["usage"]["prompt_tokens"]}, 3U);
    ASSERT_EQ(dom::array(answer["data"]).size(), 2U);
    EXPECT_EQ(uint64_t{answer["data"].at(1)["index"]}, 1U);
    EXPECT_EQ(double{answer["data"].at(0)["embedding"].at(0)}, 3.0);
    EXPECT_EQ(static_cast<float>(double{answer["data"].at(0)["embedding"].at(1)}),
              static_cast<float>('a') / 7.0F);
    // 1.0 and 97 / 7 = 0x415DB6DB.
    answer = ask("/v1/embeddings",
                 R"({"input":"a","model":"length","encoding_format":"base64","dimensions":2})");
    EXPECT_EQ(std::string_view{answer["data"].at(0)["embedding"]}, "AACAP9u2XUE=");
    for (const char* body : {R"({"model":"length"})", R"({"input":[],"model":"length"})",
                             R"({"input":[[1,2]],"model":"length"})", R"({"input":"a"})",
                             R"({"input":"a","model":"length","encoding_format":"hex"})",
                             R"({"input":"a","model":"length","dimensions":3})",
                             R"({"input":"a","model":"length","more":1})"}) {
        ask("/v1/embeddings", body, 400);
    }
}

/// BM25 by its definition over words that no analyzer changes.
std::vector<double> bm25(const std::vector<std::vector<std::string>>& documents,
                         const std::vector<std::string>& query) {
    double mean = 0;
    for (const auto& d : documents) mean += static_cast<double>(d.size());
    mean /= static_cast<double>(documents.size());
    std::vector<double> scores;
    for (const auto& d : documents) {
        double score = 0;
        for (const std::string& word : query) {
            double df = 0;
            for (const auto& other : documents)
                df += std::count(other.begin(), other.end(), word) > 0 ? 1 : 0;
            const auto tf = static_cast<double>(std::count(d.begin(), d.end(), word));
            const double idf =
                std::log(1 + (static_cast<double>(documents.size()) - df + 0.5) / (df + 0.5));
            score +=
                idf * tf * 2.2 / (tf + 1.2 * (0.25 + 0.75 * static_cast<double>(d.size()) / mean));
        }
        scores.push_back(score);
    }
    return scores;
}

TEST_F(ModelRoutesTest, RerankIsBm25OverTheGivenDocuments) {
    const std::vector<std::string> words = {"amber", "basalt", "fjord", "zinc", "oslo", "quartz"};
    constexpr uint64_t kRerankSeed = 5;
    RecordProperty("seed", std::to_string(kRerankSeed));
    SplitMix random(kRerankSeed);
    for (int round = 0; round < 20; ++round) {
        std::vector<std::vector<std::string>> documents(1 + random.below(12));
        std::string list;
        for (auto& document : documents) {
            std::string text;
            for (uint64_t i = 0, n = random.below(9); i < n; ++i) {
                document.push_back(words[random.below(words.size())]);
                text += document.back() + " ";
            }
            list += list.empty() ? "" : ",";
            list += random.below(2) == 0 ? "\"" + text + "\"" : "{\"text\":\"" + text + "\"}";
        }
        std::vector<std::string> query;
        std::string query_text;
        for (uint64_t i = 0; i < 3; ++i) {
            query.push_back(words[random.below(words.size())]);
            query_text += query.back() + " ";
        }
        const auto expected = bm25(documents, query);
        const auto answer = ask("/v1/rerank", R"({"return_documents":true,"query":")" + query_text +
                                                  R"(","documents":[)" + list + "]}");
        const dom::array results = answer["results"];
        ASSERT_EQ(results.size(), documents.size());
        std::vector<bool> seen(documents.size());
        double before = 1e30;
        for (const dom::element one : results) {
            const uint64_t index = one["index"];
            EXPECT_FALSE(seen.at(index));
            seen[index] = true;
            EXPECT_NEAR(double{one["relevance_score"]}, expected[index], 1e-5);
            EXPECT_LE(double{one["relevance_score"]}, before);
            before = double{one["relevance_score"]};
            const std::string_view text = one["document"]["text"];
            EXPECT_EQ(static_cast<size_t>(std::count(text.begin(), text.end(), ' ')),
                      documents[index].size());
        }
    }
    const auto top = ask("/v1/rerank", R"({"model":"temblor/bm25","query":"zinc","top_n":1,)"
                                       R"("documents":["oslo","zinc","zinc"]})");
    EXPECT_EQ(simdjson::minify(top["results"].at(0)["index"]), "1");
    EXPECT_EQ(dom::array(top["results"]).size(), 1U);
    for (const char* body :
         {R"({"documents":["a"]})", R"({"query":"a"})", R"({"query":"a","documents":[]})",
          R"({"query":"a","documents":[1]})", R"({"query":"a","documents":[{"title":"a"}]})",
          R"({"query":"a","documents":["a"],"top_n":0})"}) {
        ask("/v1/rerank", body, 400);
    }
}

}  // namespace
}  // namespace temblor::testing
