// The other verbs on small data: stats, inspect, convert, calibrate, eval, synth, build --json.
#include <cstdlib>
#include <filesystem>
#include <string>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <gtest/gtest.h>

#include "tests/cli/command_runner.h"

namespace temblor::cli::testing {
namespace {

using Verbs = CommandTest;

double number(const boost::json::value& value, const char* name) {
    return value.as_object().at(name).to_number<double>();
}

TEST_F(Verbs, BuildReportsWhatItDid) {
    make_vectors();
    const auto report =
        must_json("temblor build --input docs.csr --output x.tbl --n-postings 200 --json");
    EXPECT_EQ(number(report, "documents"), 600);
    EXPECT_EQ(number(report, "bytes"),
              static_cast<double>(std::filesystem::file_size(path("x.tbl"))));
    EXPECT_GT(number(report, "blocks"), 0);
    EXPECT_EQ(report.as_object().at("parameters").as_object().at("n_postings"), 200);
}

TEST_F(Verbs, BuildGivesTheSameBytesForAnyNumberOfThreads) {
    make_vectors();
    must("temblor build --input docs.csr --output one.tbl --threads 1 --seed 5");
    must("temblor build --input docs.csr --output three.tbl --threads 3 --seed 5");
    EXPECT_TRUE(read("one.tbl") == read("three.tbl"));
}

TEST_F(Verbs, SynthGivesTheSameBytesForASeed) {
    must(
        "temblor synth --documents 300 --queries 5 --output a.csr --queries-output aq.csr --seed "
        "9");
    must(
        "temblor synth --documents 300 --queries 5 --output b.csr --queries-output bq.csr --seed "
        "9");
    must("temblor synth --documents 300 --output c.csr --seed 10");
    EXPECT_TRUE(read("a.csr") == read("b.csr"));
    EXPECT_TRUE(read("aq.csr") == read("bq.csr"));
    EXPECT_FALSE(read("a.csr") == read("c.csr"));
}

TEST_F(Verbs, StatsAddUp) {
    make_index();
    const auto stats = must_json("temblor stats --index nf.tbl --json");
    EXPECT_EQ(number(stats, "documents"), 600);
    EXPECT_EQ(number(stats, "dim"), 3000);
    double bytes = 0;
    for (const auto& section : stats.as_object().at("sections").as_array()) {
        bytes += number(section, "bytes");
    }
    EXPECT_GT(bytes, 0);
    EXPECT_LE(bytes, number(stats, "bytes"));
    EXPECT_EQ(number(stats, "bytes"),
              static_cast<double>(std::filesystem::file_size(path("nf.tbl"))));
    EXPECT_TRUE(stats.as_object().at("calibration").as_array().empty());
    EXPECT_NE(must("temblor stats --index nf.tbl").find("n_postings"), std::string::npos);
}

TEST_F(Verbs, CalibrateStoresItsFrontier) {
    make_index();
    const auto printed = must_json(
        "temblor calibrate --index nf.tbl --queries q.csr --k 5,20 --max-queries 10 --json");
    const auto& frontiers = printed.as_object().at("calibration").as_array();
    ASSERT_EQ(frontiers.size(), 2U);
    EXPECT_EQ(number(frontiers[0], "k"), 5);
    double previous = -1;
    for (const auto& point : frontiers[1].as_object().at("points").as_array()) {
        EXPECT_GT(number(point, "accuracy"), previous);
        previous = number(point, "accuracy");
    }
    const auto stats = must_json("temblor stats --index nf.tbl --json");
    EXPECT_EQ(stats.as_object().at("calibration"), printed.as_object().at("calibration"));
    EXPECT_EQ(must("temblor verify --index nf.tbl"), "ok\n");
}

TEST_F(Verbs, InspectShowsDocumentsAndLists) {
    write("v.jsonl",
          "{\"id\": \"a\", \"vector\": {\"heart\": 1.5, \"lung\": 0.5}, \"name\": \"first\"}\n"
          "{\"id\": \"b\", \"vector\": {\"lung\": 2}}\n");
    must("temblor build --input v.jsonl --output v.tbl --forward f32");
    const auto document = must_json("temblor inspect --index v.tbl --id a --json");
    EXPECT_EQ(number(document, "row"), 0);
    EXPECT_EQ(document.as_object().at("payload").as_object().at("name").as_string(), "first");
    const auto& vector = document.as_object().at("vector").as_array();
    ASSERT_EQ(vector.size(), 2U);
    EXPECT_EQ(vector[0].as_object().at("token").as_string(), "heart");
    EXPECT_EQ(number(vector[0], "value"), 1.5);
    const auto list = must_json("temblor inspect --index v.tbl --token lung --json");
    EXPECT_EQ(number(list, "postings") + number(list, "pruned"), 2);
    EXPECT_EQ(number(list, "max_value"), 2);
    EXPECT_NE(must("temblor inspect --index v.tbl --row 1").find("lung"), std::string::npos);
    EXPECT_NE(must("temblor inspect --index v.tbl --component 0").find("heart"), std::string::npos);
}

TEST_F(Verbs, ConvertThereAndBack) {
    make_vectors();
    must(
        "temblor convert --input docs.csr --ids docs.ids --to jsonl --compress zstd"
        " --output docs.jsonl");
    must(
        "temblor convert --input docs.jsonl --to seismic --compress gzip --output docs.bin"
        " --output-ids again.ids");
    must("temblor convert --input docs.bin --to csr --output again.csr");
    EXPECT_EQ(read("again.ids"), read("docs.ids"));
    // The dimension is not in the formats between, so it may shrink: compare what follows it.
    const std::string before = read("docs.csr");
    const std::string after = read("again.csr");
    EXPECT_EQ(after.substr(0, 8), before.substr(0, 8));
    EXPECT_TRUE(after.substr(16) == before.substr(16));
}

TEST_F(Verbs, ConvertWarnsOfLostTokens) {
    write("v.jsonl", "{\"id\": \"a\", \"vector\": {\"heart\": 1.5}}\n");
    const Finished finished = shell("temblor convert --input v.jsonl --to csr --output v.csr");
    EXPECT_EQ(finished.status, 0);
    EXPECT_NE(finished.err.find("warning"), std::string::npos);
}

TEST_F(Verbs, EvalBelowTenNamesItsTrueCut) {
    make_index();
    write("test.tsv", "query-id\tcorpus-id\tscore\nq0\td0\t1\n");
    const auto report = must_json(
        "temblor eval --index nf.tbl --queries q.csr --query-ids q.ids --qrels test.tsv --k 5"
        " --accuracy --json");
    const auto& object = report.as_object();
    for (const char* key : {"ndcg@5", "mrr@5", "recall@5", "accuracy@5"}) {
        EXPECT_TRUE(object.contains(key)) << key;
    }
    EXPECT_FALSE(object.contains("ndcg@10"));
}

TEST_F(Verbs, EvalOfAHundredKeepsTenForRanking) {
    make_index();
    write("test.tsv", "query-id\tcorpus-id\tscore\nq0\td0\t1\n");
    const auto report = must_json(
        "temblor eval --index nf.tbl --queries q.csr --query-ids q.ids --qrels test.tsv --k 100"
        " --load loaded --threads 2 --repeats 3 --json");
    const auto& object = report.as_object();
    for (const char* key : {"ndcg@10", "mrr@10", "recall@100", "queries_per_second"}) {
        EXPECT_TRUE(object.contains(key)) << key;
    }
    EXPECT_EQ(object.at("load").as_string(), "loaded");
}

TEST_F(Verbs, EvalForPeopleIsATable) {
    make_index();
    const std::string table = must("temblor eval --index nf.tbl --queries q.csr --accuracy");
    EXPECT_NE(table.find("accuracy@10"), std::string::npos);
    EXPECT_NE(table.find("latency_us p99"), std::string::npos);
}

// The published vectors of a real collection, where they are at hand.
TEST_F(Verbs, EvalReproducesNfcorpus) {
    const char* given = std::getenv("TEMBLOR_DATA");
    const std::filesystem::path data = given != nullptr && *given != '\0'
                                           ? std::filesystem::path(given)
                                           : std::filesystem::path(TEMBLOR_ROOT) / "../shared/data";
    const std::string nf = (data / "nfcorpus").string();
    if (!std::filesystem::exists(nf + "/splade-v3.docs.csr.gz")) {
        GTEST_SKIP() << "no NFCorpus in " << data;
    }
    must("temblor build --input " + nf + "/splade-v3.docs.csr.gz --ids " + nf +
         "/splade-v3.docs.ids --output nf.tbl");
    const std::string eval =
        "temblor eval --index nf.tbl --queries " + nf + "/splade-v3.queries.csr.gz --query-ids " +
        nf + "/splade-v3.queries.ids --qrels " + nf + "/qrels/test.tsv --k 10 --json";
    const auto exact = must_json(eval + " --exact");
    EXPECT_NEAR(number(exact, "ndcg@10"), 0.3632, 0.0003);
    const auto approximate = must_json(eval);
    EXPECT_GE(number(approximate, "ndcg@10"), 0.99 * number(exact, "ndcg@10"));
    EXPECT_LT(number(approximate, "documents_scored"), number(exact, "documents_scored") / 5);
}

}  // namespace
}  // namespace temblor::cli::testing
