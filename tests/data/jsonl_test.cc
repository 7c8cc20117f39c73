#include <cmath>
#include <map>
#include <random>

#include "data/formats/collection_reader.h"
#include "tests/data/test_files.h"

namespace temblor {
namespace {

using testing::compress;

constexpr auto kInvalid = StatusCode::kInvalidArgument;

class JsonlTest : public testing::FolderTest {
protected:
    Result<Corpus> read(std::string_view text, const CollectionReaderOptions& options = {}) {
        return read_collection(file("in", text), options, no_progress());
    }
    Result<QuerySet> queries(std::string_view text, const Vocabulary& vocabulary,
                             const TextEncoder* encoder = nullptr) {
        return read_queries(file("q", text), "", {}, vocabulary, encoder, no_progress());
    }
    /// The error names the file and line, then says `part`.
    void expect_error(std::string_view text, uint64_t line, const std::string& part) {
        EXPECT_ERROR(read(text), kInvalid, path("in") + ":" + std::to_string(line) + ": ", part);
    }
};

std::map<std::string, float> tokens_of(const Corpus& collection, uint64_t row) {
    std::map<std::string, float> tokens;
    const SparseVectorView vector = collection.vectors.row(row);
    for (size_t i = 0; i < vector.nnz(); ++i) {
        tokens[std::string(collection.vocabulary.token(vector.components[i]))] = vector.values[i];
    }
    return tokens;
}

TEST_F(JsonlTest, TokensBecomeComponents) {
    const auto collection =
        read(R"({"id": "a", "vector": {"statin": 1.5, "7": 2, "cancer": 0.25}})"
             "\n"
             R"({"id": "b", "vector": {}})"
             "\n"
             R"({"id": "c", "vector": {"cancer": 3, "zero": 0, "caf\u00e9": 1e-3}})"
             "\n");
    ASSERT_TRUE(collection.is_ok()) << collection.status().to_string();
    using Tokens = std::map<std::string, float>;
    EXPECT_EQ(tokens_of(*collection, 0), (Tokens{{"statin", 1.5F}, {"7", 2}, {"cancer", 0.25F}}));
    EXPECT_EQ(tokens_of(*collection, 1), Tokens{});
    EXPECT_EQ(tokens_of(*collection, 2), (Tokens{{"cancer", 3}, {"caf\xC3\xA9", 1e-3F}}));
    EXPECT_EQ(collection->ids.id_string(2), "c");
    EXPECT_EQ(collection->vectors.dim(), collection->vocabulary.size());
    EXPECT_TRUE(collection->vectors.validate(ValueRule::kNonNegative).is_ok());
    EXPECT_TRUE(collection->payloads.empty());
}

TEST_F(JsonlTest, IndicesAndValues) {
    const auto collection =
        read(R"({"id": 12, "indices": [1, 5, 4294967295], "values": [1, 0, 0.5]})"
             "\n"
             R"({"id": 13, "indices": [], "values": []})");
    ASSERT_TRUE(collection.is_ok()) << collection.status().to_string();
    EXPECT_EQ(collection->ids.kind(), IdKind::kU64);
    EXPECT_EQ(collection->vectors.rows(), 2U);
    EXPECT_EQ(collection->vectors.row(0).nnz(), 2U);  // the zero is dropped
    EXPECT_EQ(collection->vectors.row(0).components[1], UINT32_MAX);
    EXPECT_EQ(collection->vectors.dim(), uint64_t{1} << 32);
    EXPECT_TRUE(collection->vocabulary.empty());
}

TEST_F(JsonlTest, BlankLinesMarksAndLineEndsAreTolerated) {
    const auto collection = read(
        "\xEF\xBB\xBF\r\n{\"id\":\"a\",\"vector\":{\"x\":1}}\r\n  \r\n\r\n"
        "{\"id\":\"b\",\"vector\":{\"x\":1}}");
    ASSERT_TRUE(collection.is_ok()) << collection.status().to_string();
    EXPECT_EQ(collection->vectors.rows(), 2U);
}

TEST_F(JsonlTest, IdsAreOnAllLinesOrOnNone) {
    auto collection = read("{\"vector\":{\"x\":1}}\n{\"vector\":{\"x\":1}}\n");
    ASSERT_TRUE(collection.is_ok());
    EXPECT_EQ(collection->ids.kind(), IdKind::kRowNumber);
    EXPECT_EQ(collection->ids.count(), 2U);
    expect_error("{\"id\":1,\"vector\":{}}\n{\"vector\":{}}\n", 2, "field id: missing");
    expect_error("{\"vector\":{}}\n{\"id\":1,\"vector\":{}}\n", 2, "field id: given");
    expect_error("{\"id\":-1,\"vector\":{}}", 1, "field id: expected a string");
    expect_error("{\"_id\":1.5,\"vector\":{}}", 1, "field _id: expected a string");
    expect_error("{\"id\":null,\"vector\":{}}", 1, "field id: expected a string");
    expect_error(
        "\n\n{\"id\":7,\"vector\":{}}\n\n{\"id\":8,\"vector\":{}}\n{\"id\":\"7\",\"vector\":{}}", 6,
        "field id: \"7\" repeats that of line 3");
    CollectionReaderOptions options;
    options.ids_path = file("ids", "x\ny\n");
    collection = read("{\"vector\":{\"x\":1}}\n{\"id\":1,\"vector\":{\"x\":1}}\n", options);
    EXPECT_FALSE(collection.is_ok());
    collection =
        read("{\"id\":1,\"vector\":{\"x\":1}}\n{\"id\":1,\"vector\":{\"x\":1}}\n", options);
    ASSERT_TRUE(collection.is_ok()) << collection.status().to_string();
    EXPECT_EQ(collection->ids.id_string(1), "y");
}

TEST_F(JsonlTest, ErrorsNameLineAndField) {
    const std::string good = "{\"id\":1,\"vector\":{\"x\":1}}\n";
    const std::string indices = "{\"id\":1,\"indices\":[1],\"values\":[1]}\n";
    expect_error(good + "{\"id\":2,\"vector\":{\"x\":-1}}", 2, "field vector[\"x\"]: weight -1");
    expect_error(good + "{\"id\":2,\"vector\":{\"x\":\"1\"}}", 2,
                 "field vector[\"x\"]: expected a number");
    expect_error(good + "{\"id\":2,\"vector\":{\"x\":1e39}}", 2,
                 "field vector[\"x\"]: does not fit");
    expect_error(good + "{\"id\":2,\"vector\":{\"x\":1,\"y\":2,\"x\":3}}", 2,
                 "field vector[\"x\"]: given twice");
    expect_error(good + "{\"id\":2,\"vector\":[1]}", 2, "field vector: expected an object");
    expect_error(good + "{\"id\":2,\"vector\":{},\"vector\":{}}", 2, "field vector: given twice");
    expect_error(good + "{\"id\":2,\"vector\":{},\"indices\":[]}", 2,
                 "field vector: given together");
    expect_error(good + "{\"id\":2,\"vector\":{\"x\":NaN}}", 2, "not a JSON object");
    expect_error(good + "{\"id\":2,", 2, "not a JSON object");
    expect_error(good + "{\"id\":2,\"vector\":{}} {}", 2, "not a JSON object");
    expect_error(good + "{\"id\":\"\xFF\",\"vector\":{}}", 2, "not a JSON object");
    expect_error(good + "[1]", 2, "expected a JSON object");
    expect_error(good + "{\"id\":2}", 2, "no field vector, indices and values, text or contents");
    expect_error(good + indices, 2, "holds indices and values where earlier lines hold vector");
    expect_error(indices + "{\"id\":2,\"indices\":[3,2],\"values\":[1,1]}", 2,
                 "field indices[1]: component 2 after 3");
    expect_error(indices + "{\"id\":2,\"indices\":[3,3],\"values\":[1,1]}", 2,
                 "field indices[1]: component 3 after 3");
    expect_error(indices + "{\"id\":2,\"indices\":[0,-3],\"values\":[1,1]}", 2, "field indices[1]");
    expect_error(indices + "{\"id\":2,\"indices\":[4294967296],\"values\":[1]}", 2,
                 "field indices[0]: expected a number from 0");
    expect_error(indices + "{\"id\":2,\"indices\":[1,2],\"values\":[1]}", 2,
                 "field values: fewer entries");
    expect_error(indices + "{\"id\":2,\"indices\":[1],\"values\":[1,2]}", 2,
                 "field values: more entries");
    expect_error(indices + "{\"id\":2,\"indices\":[1],\"values\":[-2]}", 2,
                 "field values[0]: weight");
    expect_error(indices + "{\"id\":2,\"indices\":[1]}", 2, "field values: missing");
    expect_error(indices + "{\"id\":2,\"values\":[1]}", 2, "field indices: missing");
    expect_error(indices + "{\"id\":2,\"indices\":{},\"values\":[1]}", 2,
                 "field indices: expected");
    expect_error("{\"id\":2,\"text\":7}", 1, "field text: expected a string");
    expect_error("{\"id\":2,\"text\":\"a\",\"title\":7}", 1, "field title: expected a string");
    expect_error("{\"id\":2,\"text\":\"a\"}", 1, "field text: needs --encoder");
}

TEST_F(JsonlTest, PayloadIsTheRestAsItWasWritten) {
    const auto collection = read(
        R"({"_id":"a", "title" : "T \"q\" }", "n":1.50e2 ,"vector":{"x":1},"deep":{"a":[{},"]}"], "b":null}})"
        "\n"
        R"( { "vector" : { } , "_id" : "b" } )"
        "\n"
        R"({"text":"\u0041","_id":"c","vector":{"y":1},"last":true})"
        "\n");
    ASSERT_TRUE(collection.is_ok()) << collection.status().to_string();
    ASSERT_EQ(collection->payloads.count(), 3U);
    EXPECT_EQ(*collection->payloads.json(0),
              R"({"title" : "T \"q\" }","n":1.50e2,"deep":{"a":[{},"]}"], "b":null}})");
    EXPECT_EQ(*collection->payloads.json(1), "{}");
    EXPECT_EQ(*collection->payloads.json(2), R"({"text":"\u0041","last":true})");

    CollectionReaderOptions options;
    options.keep_payload = false;
    EXPECT_TRUE(read("{\"_id\":1,\"vector\":{},\"a\":1}", options)->payloads.empty());
}

TEST_F(JsonlTest, TextGoesThroughTheEncoder) {
    CollectionReaderOptions options;
    options.encoder = TextEncoderOptions{};
    options.encoder->language = "none";
    options.encoder->stop_words = false;
    const std::string text =
        "{\"_id\":\"a\",\"title\":\"Statins\",\"text\":\"cancer trial\",\"metadata\":{}}\n"
        "{\"_id\":\"b\",\"title\":\"\",\"text\":\"\"}\n"
        "{\"_id\":\"c\",\"contents\":\"cancer\",\"vector\":{\"ignored\":1}}\n";
    const auto collection = read(compress(text, "gzip"), options);
    ASSERT_TRUE(collection.is_ok()) << collection.status().to_string();
    EXPECT_EQ(collection->vectors.rows(), 3U);
    EXPECT_EQ(tokens_of(*collection, 0).size(), 3U);
    EXPECT_EQ(tokens_of(*collection, 1).size(), 0U);
    EXPECT_EQ(tokens_of(*collection, 2).count("cancer"), 1U);
    EXPECT_FALSE(collection->encoder.config_json.empty());
    EXPECT_EQ(collection->ids.id_string(1), "b");
    EXPECT_EQ(*collection->payloads.json(2), "{\"contents\":\"cancer\"}");

    const auto encoder = load_text_encoder(collection->encoder, collection->vocabulary);
    ASSERT_TRUE(encoder.is_ok()) << encoder.status().to_string();
    const auto found =
        queries("{\"_id\":\"q\",\"text\":\"cancer\"}\n{\"_id\":\"r\",\"text\":\"unheard\"}",
                collection->vocabulary, encoder->get());
    ASSERT_TRUE(found.is_ok()) << found.status().to_string();
    EXPECT_GT(inner_product(found->vectors.row(0), collection->vectors.row(2)), 0);
    EXPECT_EQ(found->vectors.row(1).nnz(), 0U);
    EXPECT_ERROR(queries("{\"_id\":\"q\",\"text\":\"cancer\"}", collection->vocabulary), kInvalid,
                 path("q") + ":1: field text: needs an index");
    EXPECT_ERROR(read("{\"id\":1,\"vector\":{\"x\":1}}", options), kInvalid,
                 path("in") + ":1: encoder bm25 needs text");
}

TEST_F(JsonlTest, GivenWeightsInAnEncodersOwnVocabulary) {
    CollectionReaderOptions options;
    options.encoder = TextEncoderOptions{};
    options.encoder->kind = "inference-free";
    options.encoder->wordpiece_vocabulary =
        file("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\ncancer\nstatin\n##s\n");
    options.encoder->idf = file("idf.json", "{\"cancer\": 2.5, \"statin\": 4.0}");
    const auto collection = read(
        "{\"id\":1,\"vector\":{\"statin\":1.5,\"cancer\":0.5}}\n{\"id\":2,\"vector\":{}}", options);
    ASSERT_TRUE(collection.is_ok()) << collection.status().to_string();
    EXPECT_EQ(collection->vocabulary.size(), 8U);
    EXPECT_EQ(collection->vectors.dim(), 8U);
    EXPECT_EQ(collection->vectors.row(0).components[0], 5U);
    EXPECT_EQ(collection->vectors.row(0).values[1], 1.5F);
    const auto encoder = load_text_encoder(collection->encoder, collection->vocabulary);
    ASSERT_TRUE(encoder.is_ok()) << encoder.status().to_string();
    const auto query = (*encoder)->encode_query("statin");
    EXPECT_NEAR(inner_product(query->view(), collection->vectors.row(0)), 6.0, 1e-6);

    EXPECT_ERROR(read("{\"id\":1,\"vector\":{\"dog\":1}}", options), kInvalid,
                 path("in") + ":1: field vector[\"dog\"]: not in the encoder's vocabulary");
    EXPECT_EQ(read("{\"id\":1,\"indices\":[7],\"values\":[1]}", options)->vocabulary.size(), 8U);
    EXPECT_ERROR(read("{\"id\":1,\"indices\":[8],\"values\":[1]}", options), kInvalid,
                 path("in") + ":1: field indices: component 8");
}

TEST_F(JsonlTest, QueriesLookTokensUp) {
    const auto vocabulary = Vocabulary::from_tokens({"cancer", "statin"});
    const auto found = queries(
        "{\"id\":\"q\",\"vector\":{\"statin\":1,\"dog\":2,\"cancer\":-3}}\n"
        "{\"id\":\"r\",\"vector\":{\"cat\":1}}\n",
        *vocabulary);
    ASSERT_TRUE(found.is_ok()) << found.status().to_string();
    EXPECT_EQ(found->unknown_tokens, 2U);
    EXPECT_EQ(found->ids.id_string(1), "r");
    EXPECT_EQ(found->vectors.row(0).nnz(), 2U);
    EXPECT_EQ(found->vectors.row(0).values[0], -3.0F);
    EXPECT_EQ(found->vectors.row(1).nnz(), 0U);
    EXPECT_ERROR(queries("{\"id\":\"q\",\"vector\":{\"x\":1}}", {}), kInvalid,
                 path("q") + ":1: field vector: names tokens");
    EXPECT_EQ(queries("{\"id\":\"q\",\"indices\":[3],\"values\":[1]}", {})->vectors.row(0).nnz(),
              1U);
}

TEST_F(JsonlTest, RoundTripsInEveryCompression) {
    const SparseDataset data = testing::random_dataset(12, 300, 500);
    std::vector<std::string> tokens;
    for (int c = 0; c < 500; ++c) tokens.push_back("t\"\\\n\x01\xC3\xA9" + std::to_string(c));
    const Vocabulary vocabulary = Vocabulary::from_tokens(tokens).value();
    std::vector<std::string> names_of_rows;
    for (int r = 0; r < 300; ++r) names_of_rows.push_back("row \"" + std::to_string(r) + "\"\t");
    for (const DocumentIds& ids :
         {DocumentIds::row_numbers(300), DocumentIds::from_strings(names_of_rows).value()}) {
        for (const char* how : {"none", "gzip", "zstd"}) {
            ASSERT_TRUE(write_jsonl(path("out.csr"), data, ids, {}, how).is_ok());
            auto collection = read_collection(path("out.csr"), {}, no_progress());
            ASSERT_TRUE(collection.is_ok()) << collection.status().to_string();
            testing::expect_same_rows(collection->vectors, data);
            EXPECT_EQ(collection->ids.kind(), ids.kind());
            EXPECT_EQ(collection->ids.id_string(299), ids.id_string(299));

            ASSERT_TRUE(write_jsonl(path("out.csr"), data, ids, vocabulary, how).is_ok());
            collection = read_collection(path("out.csr"), {}, no_progress());
            ASSERT_TRUE(collection.is_ok()) << collection.status().to_string();
            for (uint64_t r = 0; r < data.rows(); ++r) {
                std::map<std::string, float> expected;
                for (size_t i = 0; i < data.row(r).nnz(); ++i) {
                    expected[tokens[data.row(r).components[i]]] = data.row(r).values[i];
                }
                ASSERT_EQ(tokens_of(*collection, r), expected);
            }
            // Read as queries against the same vocabulary, the rows are the very same.
            const auto again =
                read_queries(path("out.csr"), "", {}, vocabulary, nullptr, no_progress());
            ASSERT_TRUE(again.is_ok()) << again.status().to_string();
            testing::expect_same_rows(again->vectors, data);
        }
    }
}

TEST_F(JsonlTest, WriterRefusesWhatJsonCannotSay) {
    const SparseDataset infinite = SparseDataset::from_arrays({0, 1}, {1}, {HUGE_VALF}, 2).value();
    EXPECT_ERROR(write_jsonl(path("a"), infinite, DocumentIds::row_numbers(1), {}, "none"),
                 kInvalid, path("a") + ": row 0: entry 0: value is infinite");
    EXPECT_ERROR(write_jsonl(path("a"), infinite, DocumentIds::row_numbers(2), {}, "none"),
                 kInvalid, "2 ids for 1 rows");
    EXPECT_TRUE(names().empty());
}

TEST_F(JsonlTest, CancellingStops) {
    std::string text;
    for (int i = 0; i < 100; ++i) text += "{\"vector\":{\"x\":1}}\n";
    const std::string where = file("in", text);
    testing::CancelAfter progress(50);
    EXPECT_ERROR(read_collection(where, {}, progress), StatusCode::kCancelled,
                 where + ": reading was cancelled");
}

TEST_F(JsonlTest, CutCompressedStreamsAreErrors) {
    std::string text;
    for (int i = 0; i < 1000; ++i) text += "{\"vector\":{\"x\":" + std::to_string(i * i) + "}}\n";
    for (const char* how : {"gzip", "zstd"}) {
        const std::string whole = compress(text, how);
        EXPECT_ERROR(read(whole.substr(0, whole.size() / 2)), StatusCode::kCorruption,
                     path("in") + ": ", how, "cut off");
        const auto twice = read(whole + whole);
        ASSERT_TRUE(twice.is_ok()) << twice.status().to_string();
        EXPECT_EQ(twice->vectors.rows(), 2000U);
    }
}

}  // namespace
}  // namespace temblor
