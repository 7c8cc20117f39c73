// `temblor search` beyond the contract: vectors, files of queries, exact answers, explanations.
#include <sstream>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include "tests/cli/command_runner.h"

namespace temblor::cli::testing {
namespace {

class Search : public CommandTest {
protected:
    void make_tokens() const {
        write("v.jsonl",
              "{\"id\": \"a\", \"vector\": {\"heart\": 1.5, \"lung\": 0.5}, \"name\": \"first\"}\n"
              "{\"id\": \"b\", \"vector\": {\"lung\": 2}, \"name\": \"second\\nline \\u001b[2J\"}\n"
              "{\"id\": \"c\", \"vector\": {}}\n");
        must("temblor build --input v.jsonl --output v.tbl --forward f32");
    }
};

const boost::json::array& results(const boost::json::value& answer) {
    return answer.as_object().at("results").as_array();
}

TEST_F(Search, VectorOfTokens) {
    make_tokens();
    const auto answer = must_json(
        "temblor search --index v.tbl --vector '{\"lung\": 1, \"heart\": 2}' --explain --json");
    ASSERT_EQ(results(answer).size(), 3U);
    const auto& first = results(answer)[0].as_object();
    EXPECT_EQ(first.at("id").as_string(), "a");
    EXPECT_EQ(first.at("score").to_number<double>(), 3.5);
    const auto& shares = first.at("explain").as_array();
    ASSERT_EQ(shares.size(), 2U);
    EXPECT_EQ(shares[0].as_object().at("token").as_string(), "heart");
    EXPECT_EQ(shares[0].as_object().at("product").to_number<double>(), 3);
    EXPECT_EQ(shares[1].as_object().at("query").to_number<double>(), 1);
    EXPECT_EQ(shares[1].as_object().at("document").to_number<double>(), 0.5);
    // An empty document is a legal answer, last.
    EXPECT_EQ(results(answer)[2].as_object().at("id").as_string(), "c");
    EXPECT_EQ(results(answer)[2].as_object().at("score").to_number<double>(), 0);
}

TEST_F(Search, PayloadsCannotMoveTheCursor) {
    make_tokens();
    const std::string shown = must("temblor search --index v.tbl --vector '{\"lung\": 1}'");
    EXPECT_NE(shown.find("second line [2J"), std::string::npos) << shown;
    EXPECT_EQ(shown.find('\x1b'), std::string::npos);
}

TEST_F(Search, UnknownTokensAreToldAndLeftOut) {
    make_tokens();
    const Finished finished =
        shell("temblor search --index v.tbl --vector '{\"lung\": 1, \"spleen\": 1}' --json");
    EXPECT_EQ(finished.status, 0);
    EXPECT_EQ(finished.err, "temblor: warning: 1 tokens of the query are not in the index\n");
    EXPECT_EQ(results(boost::json::parse(finished.out))[0].as_object().at("id").as_string(), "b");
}

TEST_F(Search, TextOfUnknownWordsFindsNothing) {
    make_texts();
    must("temblor build --input corpus.jsonl.gz --encoder bm25 --output text.tbl");
    const auto answer =
        must_json("temblor search --index text.tbl --text 'xylophone quartet' --json");
    EXPECT_TRUE(results(answer).empty());
}

TEST_F(Search, NoPayload) {
    make_texts();
    must("temblor build --input corpus.jsonl.gz --encoder bm25 --no-payload --output text.tbl");
    const auto answer = must_json("temblor search --index text.tbl --text cancer --json");
    ASSERT_FALSE(results(answer).empty());
    EXPECT_FALSE(results(answer)[0].as_object().contains("payload"));
}

// The exact search of the index and ground truth of the same floats agree, query by query.
TEST_F(Search, FileOfQueriesAsTrecRunAndJsonLines) {
    make_index();
    must("temblor build --input docs.csr --ids docs.ids --output f.tbl --forward f32");
    const std::string run =
        must("temblor search --index f.tbl --queries q.csr --query-ids q.ids --k 7 --exact");
    const std::string lines =
        must("temblor search --index f.tbl --queries q.csr --query-ids q.ids --k 7 --exact --json");
    std::istringstream trec(run);
    std::istringstream json(lines);
    std::string line;
    size_t queries = 0;
    while (std::getline(json, line)) {
        const auto answer = boost::json::parse(line);
        EXPECT_EQ(answer.as_object().at("query").as_string(), "q" + std::to_string(queries));
        ASSERT_EQ(results(answer).size(), 7U);
        double previous = 1e30;
        for (size_t i = 0; i < 7; ++i) {
            const auto& hit = results(answer)[i].as_object();
            std::string query;
            std::string q0;
            std::string id;
            std::string tag;
            size_t rank = 0;
            double score = 0;
            trec >> query >> q0 >> id >> rank >> score >> tag;
            EXPECT_EQ(query, "q" + std::to_string(queries));
            EXPECT_EQ(q0, "Q0");
            EXPECT_EQ(id, std::string(hit.at("id").as_string()));
            EXPECT_EQ(rank, i + 1);
            EXPECT_NEAR(score, hit.at("score").to_number<double>(), 1e-6);
            EXPECT_EQ(tag, "temblor");
            EXPECT_LE(score, previous);
            previous = score;
        }
        ++queries;
    }
    EXPECT_EQ(queries, 40U);
    must("temblor groundtruth --input docs.csr --queries q.csr --k 7 --output gt.bin");
    const auto report = must_json(
        "temblor eval --index f.tbl --queries q.csr --groundtruth gt.bin --k 7 --exact --json");
    EXPECT_EQ(report.as_object().at("accuracy@7").to_number<double>(), 1);
}

TEST_F(Search, RecallUsesTheCalibration) {
    make_index();
    must("temblor calibrate --index nf.tbl --queries q.csr --k 10 --max-queries 10");
    const auto answer = must_json(
        "temblor search --index nf.tbl --vector '{\"1\": 1, \"2\": 0.5}' --recall 0.9 --json");
    EXPECT_LE(results(answer).size(), 10U);
}

}  // namespace
}  // namespace temblor::cli::testing
