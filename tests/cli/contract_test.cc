// The command lines that users' scripts rely on, as they are written in the documentation.
#include <filesystem>
#include <string>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <gtest/gtest.h>

#include "tests/cli/command_runner.h"
#include "tests/sanitized.h"

namespace temblor::cli::testing {
namespace {

using Contract = CommandTest;

const boost::json::object& member(const boost::json::value& value, std::string_view name) {
    return value.as_object().at(boost::json::string_view(name.data(), name.size())).as_object();
}

double number(const boost::json::value& value, std::string_view name) {
    const auto& object = value.as_object();
    const auto* found = object.if_contains(boost::json::string_view(name.data(), name.size()));
    EXPECT_NE(found, nullptr) << name;
    return found == nullptr ? -1 : found->to_number<double>();
}

bool has(const boost::json::value& value, std::string_view name) {
    return value.as_object().contains(boost::json::string_view(name.data(), name.size()));
}

TEST_F(Contract, VectorsFromBuildToEval) {
    make_vectors();
    must("temblor build --input docs.csr --ids docs.ids --output nf.tbl");
    must(
        "temblor build --input docs.csr --ids docs.ids --output nf.tbl --n-postings 300"
        " --centroid-fraction 0.3 --summary-energy 0.5 --max-fraction 5 --forward record"
        " --threads 1 --seed 7");
    must("temblor groundtruth --input docs.csr --queries q.csr --k 100 --output gt.bin");
    EXPECT_EQ(read("gt.bin").size(), 8U + 40 * 100 * 8);
    must("temblor calibrate --index nf.tbl" +
         std::string(temblor::testing::kSanitized ? " --max-queries 60" : ""));
    must("temblor calibrate --index nf.tbl --queries q.csr");
    write("test.tsv", "query-id\tcorpus-id\tscore\nq0\td0\t1\nq1\td5\t1\n");

    const auto exact = must_json(
        "temblor eval --index nf.tbl --queries q.csr --query-ids q.ids --qrels test.tsv"
        " --groundtruth gt.bin --k 10 --exact --threads 1 --json");
    for (const char* key : {"ndcg@10", "mrr@10", "recall@10"}) EXPECT_TRUE(has(exact, key)) << key;
    EXPECT_GE(number(exact, "accuracy@10"), 0.99);
    EXPECT_EQ(number(exact, "queries"), 40);
    EXPECT_EQ(number(exact, "documents_scored"), 600);
    EXPECT_EQ(number(exact, "index_bytes"),
              static_cast<double>(std::filesystem::file_size(path("nf.tbl"))));

    const auto recalled = must_json(
        "temblor eval --index nf.tbl --queries q.csr --query-ids q.ids --groundtruth gt.bin"
        " --k 10 --recall 0.95 --threads 1 --json");
    EXPECT_GE(number(recalled, "accuracy@10"), 0.94);
    EXPECT_FALSE(has(recalled, "ndcg@10"));

    const auto set = must_json(
        "temblor eval --index nf.tbl --queries q.csr --query-ids q.ids --k 10 --query-cut 3"
        " --heap-factor 0.9 --threads 1 --json");
    EXPECT_EQ(number(set, "query_cut"), 3);
    EXPECT_EQ(number(set, "heap_factor"), 0.9);
    EXPECT_FALSE(has(set, "accuracy@10"));
    EXPECT_GT(number(set, "documents_scored"), 0);
    EXPECT_GT(number(set, "bytes_touched"), 0);
    const auto& latency = member(set, "latency_us");
    EXPECT_GT(latency.at("mean").to_number<double>(), 0);
    EXPECT_GE(latency.at("p99").to_number<double>(), latency.at("p50").to_number<double>());
}

TEST_F(Contract, TextFromBuildToEval) {
    make_texts();
    must("temblor build --input corpus.jsonl.gz --encoder bm25 --output text.tbl");
    const std::string shown = must(
        "temblor search --index text.tbl --text \"statin and breast cancer\" --k 10 --explain");
    EXPECT_NE(shown.find("MED-1"), std::string::npos) << shown;
    EXPECT_NE(shown.find("Statins"), std::string::npos) << shown;
    EXPECT_NE(shown.find("breast"), std::string::npos) << shown;
    EXPECT_EQ(shown.find("MED-4"), std::string::npos) << "shares no word:\n" << shown;

    const auto found = must_json(
        "temblor search --index text.tbl --text \"statin and breast cancer\" --k 10 --json");
    const auto& results = found.as_object().at("results").as_array();
    ASSERT_EQ(results.size(), 3U);
    const auto& first = results[0].as_object();
    EXPECT_EQ(first.at("id").as_string(), "MED-1");
    EXPECT_EQ(first.at("rank").to_number<int>(), 1);
    EXPECT_GT(first.at("score").to_number<double>(), 0);
    EXPECT_EQ(first.at("payload").as_object().at("title").as_string(), "Statins");
    EXPECT_GT(number(found, "took_us"), 0);
    EXPECT_TRUE(member(found, "counters").contains("documents_scored"));

    const auto report = must_json(
        "temblor eval --index text.tbl --queries queries.jsonl.gz --qrels test.tsv --k 10 --json");
    EXPECT_EQ(number(report, "queries"), 3);
    EXPECT_EQ(number(report, "judged_queries"), 2);
    EXPECT_EQ(number(report, "mrr@10"), 1);
    EXPECT_EQ(number(report, "recall@10"), 1);
    EXPECT_GT(number(report, "ndcg@10"), 0.9);
    EXPECT_TRUE(has(report, "encode_us"));
}

TEST_F(Contract, InputsAreKnownByContentNotName) {
    make_texts();
    std::filesystem::rename(path("corpus.jsonl.gz"), path("corpus.csr"));
    must("temblor build --input corpus.csr --encoder bm25 --output text.tbl");
    EXPECT_EQ(must("temblor verify --index text.tbl"), "ok\n");
}

}  // namespace
}  // namespace temblor::cli::testing
