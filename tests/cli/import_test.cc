// temblor import and temblor alias, as scripts call them.
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>

#include "index/collection/point_codec.h"
#include "index/collection/store.h"
#include "tests/cli/command_runner.h"

namespace temblor::cli::testing {
namespace {

namespace fs = std::filesystem;

class Import : public CommandTest {
protected:
    void create(const std::string& name, const std::string& schema = "--sparse text") const {
        must("temblor collection create --data data --name " + name + " " + schema);
    }
    [[nodiscard]] static std::string verb(const std::string& rest) {
        return "temblor import --data data --collection docs " + rest;
    }
    [[nodiscard]] static std::string chunked(const std::string& rest) {
        return verb("--chunk-points 250 " + rest);
    }
    [[nodiscard]] static double number(const boost::json::value& value, const char* name) {
        return value.as_object().at(name).to_number<double>();
    }
    [[nodiscard]] double points_of(const std::string& name) const {
        return number(must_json("temblor collection info --data data --json --name " + name),
                      "points");
    }
    /// What the collection has under 7, x and a UUID: "id payload vectors" a line.
    [[nodiscard]] std::string dump(const std::string& name) const {
        StoreOptions options;
        options.collection.background = false;
        const auto store = Store::open(path("data"), options);
        EXPECT_TRUE(store.is_ok()) << store.status().to_string();
        const auto collection = (*store)->collection(name);
        EXPECT_TRUE(collection.is_ok()) << collection.status().to_string();
        const auto version = (*collection)->version();
        std::string all;
        for (const char* id : {"7", "x", "550e8400-e29b-41d4-a716-446655440000"}) {
            const auto found =
                version->database->get(Table::kIds, encode_id(parse_document_id(id)));
            EXPECT_TRUE(found.is_ok());
            if (!*found) continue;
            const auto point = decode_point(**version->database->get(Table::kPoints, **found));
            const auto vectors = decode_vectors(**version->database->get(Table::kVectors, **found));
            all += std::string(id) + " " + point->payload;
            for (const NamedVector& v : *vectors) {
                all += " " + v.name + ":";
                if (const auto* sparse = std::get_if<SparseVector>(&v.value)) {
                    for (const uint32_t c : sparse->components) all += std::to_string(c) + ",";
                } else {
                    all += std::to_string(std::get<DenseVector>(v.value).size());
                }
            }
            all += "\n";
        }
        return all;
    }
};

TEST_F(Import, RowsOfEveryBinaryFormat) {
    make_vectors();
    must("temblor convert --input docs.csr --output docs.bin --to seismic");
    must("gzip -k docs.csr");
    must("temblor convert --input docs.csr --output docs.bin.zst --to seismic --compress zstd");
    for (const char* input : {"docs.csr", "docs.csr.gz", "docs.bin", "docs.bin.zst"}) {
        SCOPED_TRACE(input);
        create("docs");
        const auto rows = must_json(verb("--input " + std::string(input) + " --json"));
        EXPECT_EQ(number(rows, "points"), 600);
        EXPECT_EQ(number(rows, "skipped"), 0);
        EXPECT_EQ(number(rows, "collection_points"), 600);
        // The same again replaces; other ids are other points.
        EXPECT_NE(must(verb("--input " + std::string(input))).find("600 in the collection"),
                  std::string::npos);
        must(verb("--vector text --ids docs.ids --input - <" + std::string(input)));
        EXPECT_EQ(points_of("docs"), 1200);
        must("temblor collection drop --data data --name docs");
    }
}

TEST_F(Import, VectorsInJsonLines) {
    create("docs", "--sparse text other");
    write("indices.jsonl", R"({"id":"x","indices":[1,5],"values":[1,2],"title":"A"}

{"id":7,"indices":[],"values":[]}
)");
    expect_failure(verb("--input indices.jsonl"), 3, "\"other\", \"text\"");
    must(verb("--vector text --input indices.jsonl"));
    EXPECT_EQ(dump("docs"), "7  text:\nx {\"title\":\"A\"} text:1,5,\n");
    write("tokens.jsonl", "{\"id\":7,\"vector\":{\"30\":1,\"4\":0.5}}\n");
    must(verb("--vector other --input tokens.jsonl"));
    EXPECT_EQ(dump("docs"), "7  other:4,30,\nx {\"title\":\"A\"} text:1,5,\n");
    write("words.jsonl", "{\"id\":7,\"vector\":{\"word\":1}}\n");
    expect_failure(verb("--vector text --input words.jsonl"), 3, "words.jsonl:1: field vector");
    write("texts.jsonl", "{\"id\":7,\"text\":\"a word\"}\n");
    expect_failure(verb("--vector text --input texts.jsonl"), 3, "texts.jsonl:1: field text");
}

TEST_F(Import, WholePoints) {
    create("docs", "--sparse text '' --dense title:2:dot");
    const std::string points =
        R"({"id":7,"payload":{"a": [1.5, "é"]},"vector":{"title":[1,2],"text":{"indices":[9,3],"values":[1,2]}}}
{"id":"550E8400E29B41D4A716446655440000","vectors":{"indices":[4],"values":[1]}}
{"id":"x","payload":null}
)";
    write_gzip("points", points);
    EXPECT_EQ(number(must_json(verb("--input points --json")), "points"), 3);
    const std::string expected =
        "7 {\"a\":[1.5,\"é\"]} title:2 text:3,9,\nx \n"
        "550e8400-e29b-41d4-a716-446655440000  :4,\n";
    EXPECT_EQ(dump("docs"), expected);
    must("gunzip -c <points | " + verb("--input -"));
    EXPECT_EQ(dump("docs"), expected);
    expect_failure(verb("--input points --vector text"), 3, "names of vectors");
    write("ids", "a\nb\nc\n");
    expect_failure(verb("--input points --ids ids"), 3, "own ids");
}

TEST_F(Import, TextInThePlaceOfAVector) {
    create("docs", "--sparse text --dense title:2:dot");
    const auto of_text = [](const std::string& id, const std::string& vector,
                            const std::string& text) {
        return "{\"id\":\"" + id + "\",\"vector\":{\"" + vector + "\":{\"text\":\"" + text +
               "\",\"model\":\"temblor/bm25\"}}}\n";
    };
    write("points",
          of_text("7", "text", "red wine") + of_text("x", "text", "the wines, the red one"));
    EXPECT_EQ(number(must_json(verb("--input points --json")), "points"), 2);
    const std::string found = dump("docs");
    const std::string first =
        found.substr(found.find("text:"), found.find('\n') - found.find("text:"));
    EXPECT_EQ(std::count(first.begin(), first.end(), ','), 2) << found;
    write("wrong", of_text("7", "title", "red wine"));
    expect_failure(verb("--input wrong"), 3, "wrong:1: ");
}

TEST_F(Import, WrongPointsAreNamed) {
    create("docs", "--sparse text --dense title:2:dot");
    const auto refused = [&](const std::string& line, const std::string& part) {
        write("wrong.jsonl", "{\"id\":1,\"payload\":{}}\n" + line + "\n");
        SCOPED_TRACE(line);
        expect_failure(verb("--input wrong.jsonl"), 3, "wrong.jsonl:2: " + part);
    };
    refused(R"({"id":-1})", "point.id: expected an unsigned 64-bit number or text, got -1");
    refused(R"({"id":1.5})", "point.id: ");
    refused(R"({"id":""})", "point.id: expected text of 1 to 512 bytes");
    refused(R"({"payload":{}})", "point.id: expected");
    refused(R"({"id":1,"payload":[]})", "point.payload: expected an object, got an array");
    refused(R"({"id":1,"color":2})", "point.color: unknown member");
    refused(R"({"id":1,"id":2})", "point.id: given twice");
    refused(R"({"id":1,"vector":{},"vectors":{}})", "point.vectors: given together");
    refused(R"({"id":1,"vector":{"title":[1,"a"]}})", "point.vector.title[1]: expected a number");
    refused(R"({"id":1,"vector":{"title":[1,1e39]}})", "point.vector.title[1]: ");
    refused(R"({"id":1,"vector":{"title":7}})", "point.vector.title: expected an array");
    refused(R"({"id":1,"vector":{"title":[1]}})", "point 1 (id 1): vectors[\"title\"]");
    refused(R"({"id":1,"vector":{"nobody":[1]}})", "point 1 (id 1): vectors[\"nobody\"]");
    refused(R"({"id":1,"vector":[1,2]})", "point 1 (id 1): vectors[\"\"]");
    const auto sparse = [](const std::string& entries) {
        return R"({"id":1,"vector":{"text":)" + entries + "}}";
    };
    refused(sparse(R"({"indices":[1]})"), "point.vector.text.values: expected an array");
    refused(sparse(R"({"indices":[1],"values":[1,2]})"), "point.vector.text.values: expected as");
    refused(sparse(R"({"indices":[4,1,4],"values":[1,2,3]})"), "point.vector.text.indices[2]: ");
    refused(sparse(R"({"indices":[4294967296],"values":[1]})"), "point.vector.text.indices[0]: ");
    refused(sparse(R"({"indices":[-1],"values":[1]})"), "point.vector.text.indices[0]: ");
    refused(sparse(R"({"indices":[1],"values":[-1]})"), "point 1 (id 1): vectors[\"text\"]");
    refused("{\"id\":1", "expected a JSON object a line");
    refused("[1]", "point: expected an object");
    EXPECT_EQ(points_of("docs"), 0);
}

TEST_F(Import, WrongCommands) {
    make_vectors();
    create("docs", "--sparse text --dense title:2:dot");
    expect_failure("temblor import --data data --collection none --input docs.csr", 4, "none");
    expect_failure("temblor import --data none --collection docs --input docs.csr", 4, "none");
    expect_failure(verb("--input none.csr"), 4, "none.csr");
    expect_failure(verb("--input docs.csr --vector title"), 3, "no sparse vector \"title\"");
    expect_failure(verb("--input docs.csr --format npy"), 2, "npy");
    expect_failure(verb("--input docs.csr --chunk-points 0"), 2, "--chunk-points");
    expect_failure(verb("--input - --ids - <docs.csr"), 2, "--ids");
    expect_failure(verb(""), 2, "--input");
    must("head -5 docs.ids >few.ids && cat docs.ids few.ids >many.ids");
    EXPECT_NE(shell(verb("--input docs.csr --ids few.ids")).err.find("few.ids: expected an id"),
              std::string::npos);
    EXPECT_NE(shell(verb("--input docs.csr --ids many.ids")).err.find("many.ids:601: "),
              std::string::npos);
    write("cut.csr", read("docs.csr").substr(0, 5000));
    expect_failure(verb("--input cut.csr"), 5, "cut.csr");
}

TEST_F(Import, GoesOnBehindTheLastWholeChunk) {
    create("docs");
    std::string good;
    for (int i = 0; i < 600; ++i)
        good +=
            "{\"id\":" + std::to_string(i) + ",\"payload\":{\"n\":" + std::to_string(i) + "}}\n";
    write("points.jsonl", good + "{\"id\":-1}\n");
    const Finished failed = shell(chunked("--input points.jsonl --name mine"));
    EXPECT_EQ(failed.status, 3);
    EXPECT_NE(failed.err.find("500 points are in; the same command goes on"), std::string::npos)
        << failed.err;
    EXPECT_EQ(points_of("docs"), 500);
    // Without a name the same file goes on, one that was changed begins anew.
    EXPECT_EQ(shell(chunked("--input points.jsonl")).status, 3);
    EXPECT_NE(shell(chunked("--input points.jsonl")).err.find("500 points are in"),
              std::string::npos);
    write("points.jsonl", good);
    const auto named = must_json(chunked("--input points.jsonl --name mine --json"));
    EXPECT_EQ(number(named, "skipped"), 500);
    EXPECT_EQ(number(named, "points"), 100);
    EXPECT_EQ(number(named, "collection_points"), 600);
    EXPECT_EQ(number(must_json(chunked("--input points.jsonl --json")), "skipped"), 0);
    // What was finished begins anew too.
    EXPECT_EQ(number(must_json(chunked("--input points.jsonl --name mine --json")), "skipped"), 0);
    // A pipe goes on only under a name.
    const std::string bad = "{ cat points.jsonl; echo '{}'; } | ";
    EXPECT_NE(shell(bad + chunked("--input -")).err.find("give --name"), std::string::npos);
    EXPECT_EQ(number(must_json(chunked("--input - --json <points.jsonl")), "skipped"), 0);
    EXPECT_EQ(shell(bad + chunked("--input - --name pipe")).status, 3);
    EXPECT_EQ(number(must_json(chunked("--input - --name pipe --json <points.jsonl")), "skipped"),
              500);
    // A shorter input is not the one the load began with.
    EXPECT_EQ(shell(bad + chunked("--input - --name pipe")).status, 3);
    expect_failure("head -5 points.jsonl | " + chunked("--input - --name pipe"), 3,
                   "500 points in already");
    EXPECT_EQ(must("temblor check --data data"), "ok\n");
}

TEST_F(Import, CanBeInterruptedAndResumed) {
    create("docs");
    must("temblor synth --documents 8000 --nnz 30 --output big.csr");
    const pid_t process = start({"import", "--data", path("data"), "--collection", "docs",
                                 "--input", path("big.csr"), "--chunk-points", "500"});
    ASSERT_GT(process, 0);
    // A first segment is there: a chunk is in, or is about to be.
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!fs::exists(path("data/collections/1/segments/2")) &&
           std::chrono::steady_clock::now() < deadline) {
        sched_yield();
    }
    kill(process, SIGINT);
    int raw = 0;
    waitpid(process, &raw, 0);
    ASSERT_TRUE(WIFEXITED(raw));
    ASSERT_EQ(WEXITSTATUS(raw), 130);
    const double before = points_of("docs");
    EXPECT_GE(before, 500);
    EXPECT_LT(before, 8000);
    const auto rest = must_json("temblor import --data data --collection docs --input " +
                                path("big.csr") + " --json");
    EXPECT_EQ(number(rest, "skipped"), before);
    EXPECT_EQ(number(rest, "points"), 8000 - before);
    EXPECT_EQ(number(rest, "collection_points"), 8000);
    EXPECT_EQ(must("temblor check --data data"), "ok\n");
}

TEST_F(Import, AliasesChangeTogether) {
    create("docs");
    create("docs-2");
    const std::string alias = "temblor alias --data data ";
    EXPECT_EQ(must(alias), "");
    EXPECT_EQ(must(alias + "--set live=docs --set old=docs"), "");
    EXPECT_EQ(must(alias), "live=docs\nold=docs\n");
    write("points.jsonl", "{\"id\":1,\"payload\":{}}\n");
    must("temblor import --data data --collection live --input points.jsonl");
    EXPECT_EQ(points_of("docs"), 1);
    // In the order they are given; all or none.
    expect_failure(alias + "--set live=docs-2 --delete none", 4, "none");
    EXPECT_EQ(must(alias), "live=docs\nold=docs\n");
    const auto now = must_json(alias + "--delete old --rename live=old --set live=docs-2 --json");
    ASSERT_EQ(now.as_object().at("aliases").as_array().size(), 2U);
    EXPECT_EQ(must(alias), "live=docs-2\nold=docs\n");
    expect_failure(alias + "--rename old=live", 3, "live");
    expect_failure(alias + "--set docs=docs-2", 3, "docs");
    expect_failure(alias + "--set x=none", 4, "none");
    expect_failure(alias + "--set x", 2, "ALIAS=COLLECTION");
    expect_failure(alias + "--rename =x", 2, "FROM=TO");
    expect_failure("temblor alias --data none", 4, "none");
}

}  // namespace
}  // namespace temblor::cli::testing
