// Text through models: build, search, eval and fuse with tiny random models.
#include <filesystem>
#include <string>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <gtest/gtest.h>

#include "tests/cli/command_runner.h"

namespace temblor::cli::testing {
namespace {

class ModelVerbs : public CommandTest {
protected:
    void SetUp() override {
        make_texts();
        make_model("splade", "bert-mlm");
        make_model("sentence", "bert-none");
        make_model("cross", "bert-sequence");
#if !TEMBLOR_WITH_TORCH
        expect_failure("temblor build --input corpus.jsonl.gz --encoder splade --output s.tbl", 1,
                       "scripts/setup --models");
        GTEST_SKIP() << "built without libtorch";
#endif
    }

    /// A model of tests/fixtures with a vocabulary that knows letters and a few words.
    void make_model(const std::string& name, const std::string& fixture,
                    const std::string& first_word = "cancer") const {
        namespace fs = std::filesystem;
        fs::create_directory(path(name));
        const fs::path from = fs::path(TEMBLOR_ROOT) / "tests/fixtures/models" / fixture;
        for (const auto& entry : fs::directory_iterator(from))
            fs::copy(entry.path(), path(name) + "/" + entry.path().filename().string());
        std::string words = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n" + first_word + "\nthe\nof\n";
        for (char c = 'a'; c <= 'z'; ++c) words += std::string(1, c) + "\n##" + c + "\n";
        write(name + "/vocab.txt", words);
    }

    [[nodiscard]] double ndcg(const std::string& line) const {
        const auto report = must_json(line);
        return report.as_object().at("ndcg@5").to_number<double>();
    }
};

TEST_F(ModelVerbs, SparseFromBuildToEval) {
    const auto report = must_json(
        "temblor build --input corpus.jsonl.gz --encoder splade --max-tokens 16 --batch 2 "
        "--output s.tbl --json");
    EXPECT_EQ(report.as_object().at("documents"), 5);
    must(
        "temblor build --input corpus.jsonl.gz --encoder splade --max-tokens 16 --batch 100 "
        "--output again.tbl");
    const std::string search = " --encoder splade --text 'breast cancer' --exact --k 5 --json";
    const auto one = must_json("temblor search --index s.tbl" + search);
    const auto two = must_json("temblor search --index again.tbl" + search);
    const auto& hits = one.as_object().at("results").as_array();
    ASSERT_FALSE(hits.empty());
    for (size_t i = 0; i < hits.size(); ++i) {
        const auto& other = two.as_object().at("results").as_array()[i].as_object();
        EXPECT_EQ(hits[i].as_object().at("id"), other.at("id"));
        EXPECT_NEAR(hits[i].as_object().at("score").to_number<double>(),
                    other.at("score").to_number<double>(), 1e-3);
    }
    // Components have the model's words.
    EXPECT_NE(must("temblor search --index s.tbl --encoder splade --text cancer --explain")
                  .find("[CLS] "),
              std::string::npos);
    const std::string eval =
        " --queries queries.jsonl.gz --qrels test.tsv --exact --k 5 --json --index s.tbl";
    EXPECT_GE(ndcg("temblor eval --encoder splade" + eval), 0);
    EXPECT_GE(ndcg("temblor eval --encoder splade --dtype bf16" + eval), 0);
    // Fewer entries are kept, of documents only.
    must("temblor build --input corpus.jsonl.gz --encoder splade --top-k 3 --output few.tbl");
    const auto stats = must_json("temblor stats --index few.tbl --json");
    EXPECT_LE(stats.as_object().at("nnz").to_number<double>(), 15);
}

TEST_F(ModelVerbs, DenseFromBuildToEval) {
    const auto report = must_json(
        "temblor build --input corpus.jsonl.gz --encoder sentence --index flat --output d.tbl "
        "--json");
    EXPECT_EQ(report.as_object().at("rows"), 5);
    EXPECT_EQ(report.as_object().at("dim"), 24);
    const auto found = must_json(
        "temblor search --index d.tbl --encoder sentence --text 'breast cancer' --k 5 --json");
    EXPECT_EQ(found.as_object().at("results").as_array().size(), 5U);
    EXPECT_GE(ndcg("temblor eval --index d.tbl --encoder sentence --queries queries.jsonl.gz "
                   "--qrels test.tsv --k 5 --json"),
              0);
    must("temblor verify --index d.tbl");
    std::string vector = "[1";
    for (int i = 1; i < 24; ++i) vector += ",0";
    EXPECT_NE(must("temblor search --index d.tbl --vector '" + vector + "]'").find("5 results"),
              std::string::npos);
    expect_failure("temblor search --index d.tbl --vector '[1]'", 3, "24");
    expect_failure("temblor search --index d.tbl --text cancer", 3, "--encoder");
}

TEST_F(ModelVerbs, AnotherModelIsRefused) {
    make_model("other", "bert-mlm", "heart");
    must("temblor build --input corpus.jsonl.gz --encoder splade --output s.tbl");
    expect_failure("temblor search --index s.tbl --encoder other --text cancer", 3,
                   "built with the model splade (files ");
    expect_failure("temblor search --index s.tbl --text cancer", 3, "splade (files ");
    must("temblor search --index s.tbl --vector '{\"cancer\": 1}'");
    // The folder may move and be renamed: its files are what counts.
    std::filesystem::rename(path("splade"), path("moved"));
    must("temblor search --index s.tbl --encoder moved --text cancer");
    EXPECT_EQ(read("s.tbl").find(path("")), std::string::npos);
    must("temblor build --input corpus.jsonl.gz --encoder bm25 --output b.tbl");
    expect_failure("temblor search --index b.tbl --encoder moved --text cancer", 3,
                   "built with bm25");
}

TEST_F(ModelVerbs, WhatDoesNotFitIsTold) {
    expect_failure("temblor build --input corpus.jsonl.gz --encoder cross --output c.tbl", 2,
                   "scores pairs");
    expect_failure("temblor build --input corpus.jsonl.gz --encoder nowhere --output c.tbl", 2,
                   "nowhere");
    expect_failure(
        "temblor build --input corpus.jsonl.gz --encoder splade --index flat --output c.tbl", 2,
        "--index is about dense vectors");
    expect_failure(
        "temblor build --input corpus.jsonl.gz --encoder sentence --doc-cut 3 --output c.tbl", 2,
        "--doc-cut is not about dense vectors");
    write("vectors.jsonl", "{\"_id\":\"1\",\"indices\":[1],\"values\":[1]}\n");
    expect_failure("temblor build --input vectors.jsonl --encoder splade --output c.tbl", 3,
                   "needs text");
    expect_failure("temblor build --input vectors.jsonl --encoder sentence --output c.tbl", 3,
                   "expected a text");
}

TEST_F(ModelVerbs, RunsAreFused) {
    write("a.trec", "q1 Q0 d1 1 9 x\nq1 Q0 d2 2 8 x\nq2 Q0 d3 1 1 x\n");
    write("b.trec", "q1 Q0 d2 1 9 x\nq1 Q0 d4 2 8 x\n");
    // 1/61 + 1/62 > 1/61 > 1/62.
    const std::string fused = must("temblor fuse --run a.trec --run b.trec");
    EXPECT_EQ(fused.find("q1\tQ0\td2\t1\t0.0325"), 0U) << fused;
    EXPECT_NE(fused.find("\nq1\tQ0\td1\t2\t"), std::string::npos);
    EXPECT_NE(fused.find("\nq1\tQ0\td4\t3\t"), std::string::npos);
    EXPECT_NE(fused.find("\nq2\tQ0\td3\t1\t"), std::string::npos);
    write("q.tsv", "q1 0 d2 1\n");
    const auto report =
        must_json("temblor fuse --run a.trec --run b.trec --qrels q.tsv --json --k 5");
    EXPECT_EQ(report.as_object().at("ndcg@5").to_number<double>(), 1.0);
    write("bad.trec", "q1 Q0 d1 1\n");
    expect_failure("temblor fuse --run bad.trec", 3, "bad.trec:1: 4 fields");
    write("twice.trec", "q1 Q0 d1 1 2 x\nq1 Q0 d1 2 1 x\n");
    expect_failure("temblor fuse --run twice.trec", 3, "twice.trec:2");
}

}  // namespace
}  // namespace temblor::cli::testing
