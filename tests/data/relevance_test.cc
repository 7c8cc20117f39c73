#include "data/formats/relevance.h"

#include <cmath>

#include "tests/data/test_files.h"

namespace temblor {
namespace {

using testing::bytes_of;
using testing::compress;

class RelevanceTest : public testing::FolderTest {};

TEST_F(RelevanceTest, BothLayoutsInEveryCompression) {
    const std::string beir =
        "query-id\tcorpus-id\tscore\r\nq 1\tMED-1\t2\r\nq 1\tMED-2\t0\r\nq2\tMED-1\t1\r\n";
    const std::string bare = "q 1\tMED-1\t2\nq 1\tMED-2\t0\n\nq2\tMED-1\t1";
    for (const std::string& text : {beir, bare}) {
        for (const char* how : {"none", "gzip", "zstd"}) {
            auto qrels = read_qrels(file("qrels", compress(text, how)));
            ASSERT_TRUE(qrels.is_ok()) << qrels.status().to_string();
            ASSERT_EQ(qrels->grades.size(), 2U);
            EXPECT_EQ(qrels->grades["q 1"].size(), 2U);
            EXPECT_EQ(qrels->grades["q 1"]["MED-1"], 2);
            EXPECT_EQ(qrels->grades["q2"]["MED-1"], 1);
        }
    }
    for (const char* text :
         {"1 0 d1 3\n1 0 d2 -1\n2 Q0 d1 0\n", "1\t0\td1\t3\n1\t0\td2\t-1\n2\t0\td1\t0"}) {
        auto qrels = read_qrels(file("qrels", text));
        ASSERT_TRUE(qrels.is_ok()) << qrels.status().to_string();
        EXPECT_EQ(qrels->grades["1"]["d1"], 3);
        EXPECT_EQ(qrels->grades["1"]["d2"], -1);
        EXPECT_EQ(qrels->grades["2"].size(), 1U);
    }
    EXPECT_TRUE(read_qrels(file("qrels", ""))->grades.empty());
}

TEST_F(RelevanceTest, QrelsErrorsNameLineAndField) {
    const std::string where = path("qrels");
    const auto expect = [&](std::string_view text, const std::string& part) {
        EXPECT_ERROR(read_qrels(file("qrels", text)), StatusCode::kInvalidArgument, where, part);
    };
    expect("1 0 d1 3\n1 0 d2\n", ":2: 3 fields (expected 4");
    expect("1 0 d1 3\n1 0 d2 x\n", ":2: field grade: \"x\"");
    expect("1 0 d1 99999999999\n", ":1: field grade");
    expect("query-id\tcorpus-id\tscore\nq\td\t1.5\n", ":2: field score: \"1.5\"");
    expect("query-id\tcorpus-id\tscore\nq\td\n", ":2: 2 fields (expected 3");
    expect("q\td\tone\n", ":1: field score: \"one\"");
    expect("q\t\t1\n", ":1: field corpus-id: empty");
    expect("\td\t1\n", ":1: field query-id: empty");
    expect("1 0 d1 3\n1 0 d1 3\n1 0 d1 2\n", ":3: field grade: 2, but an earlier line");
    expect("{\"a\":1}\n", ":1: 1 fields");
}

TEST_F(RelevanceTest, GroundTruthRoundTrip) {
    GroundTruth truth;
    truth.queries = 3;
    truth.k = 2;
    truth.rows = {5, 0, 7, -1, -1, -1};
    truth.scores = {2.5F, 1.0F, 0.5F, 0, 0, 0};
    ASSERT_TRUE(write_ground_truth(path("gt"), truth).is_ok());
    EXPECT_EQ(testing::slurp(path("gt")).size(), 8 + 6 * 8U);
    const auto again = read_ground_truth(path("gt"));
    ASSERT_TRUE(again.is_ok()) << again.status().to_string();
    EXPECT_EQ(again->queries, 3U);
    EXPECT_EQ(again->k, 2U);
    EXPECT_EQ(again->rows, truth.rows);
    EXPECT_EQ(again->scores, truth.scores);
    EXPECT_EQ(read_ground_truth(file("z", compress(testing::slurp(path("gt")), "zstd")))->rows,
              truth.rows);
    truth.rows.pop_back();
    EXPECT_ERROR(write_ground_truth(path("gt"), truth), StatusCode::kInvalidArgument,
                 "5 rows and 6 scores for 3 queries of k = 2");
}

TEST_F(RelevanceTest, GroundTruthErrors) {
    const std::string where = path("gt");
    const auto expect = [&](const std::string& bytes, const std::string& part) {
        EXPECT_ERROR(read_ground_truth(file("gt", bytes)), StatusCode::kCorruption, where, part);
    };
    const std::string head = bytes_of(uint32_t{1}, uint32_t{2});
    expect(head.substr(0, 5), "short file: header (queries, k)");
    expect(head + bytes_of(int32_t{1}), "short file: rows has 2 entries");
    expect(head + bytes_of(int32_t{1}, int32_t{2}, 1.0F), "short file: scores has 2 entries");
    expect(head + bytes_of(int32_t{1}, int32_t{2}, 1.0F, 0.5F, 'x'), "after the last score");
    expect(head + bytes_of(int32_t{1}, int32_t{-2}, 1.0F, 0.5F), "query 0: answer 1: row -2");
    expect(head + bytes_of(int32_t{1}, int32_t{2}, std::nanf(""), 0.5F), "answer 0: score is NaN");
    expect(bytes_of(UINT32_MAX, UINT32_MAX), "short file: rows has 18446744065119617025 entries");
}

}  // namespace
}  // namespace temblor
