// The verbs that show and search an index of dense vectors: stats, inspect, search.
#include <cmath>
#include <sstream>
#include <string>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "data/formats/relevance.h"
#include "tests/cli/dense_verbs.h"

namespace temblor::cli::testing {
namespace {

double number_at(const boost::json::value& value, const char* pointer) {
    return value.at_pointer(pointer).to_number<double>();
}

TEST_F(DenseVerbs, StatsOfEveryKind) {
    make_dense();
    for (const std::string kind : {"hashed", "hnsw", "flat"}) {
        SCOPED_TRACE(kind);
        must("temblor build --input base.npy --output d.tbl --threads 1 --index " + kind);
        const auto stats = must_json("temblor stats --index d.tbl --json");
        EXPECT_EQ(number_at(stats, "/rows"), 300);
        EXPECT_EQ(number_at(stats, "/dim"), 20);
        EXPECT_EQ(stats.at("metric").as_string(), "cosine");
        EXPECT_EQ(stats.at("index").as_string(), kind);
        EXPECT_EQ(stats.at("store").as_string(), "f16");
        EXPECT_EQ(number_at(stats, "/row_bytes"), 40);
        EXPECT_EQ(stats.at("ids").as_string(), "row number");
        EXPECT_EQ(number_at(stats, "/bytes"), static_cast<double>(read("d.tbl").size()));
        double bytes = 0;
        for (const auto& section : stats.at("sections").as_array()) {
            bytes += number_at(section, "/bytes");
            if (section.at("name").as_string() == "vectors") {
                EXPECT_EQ(number_at(section, "/bytes"), 300 * 40);
            }
        }
        EXPECT_GT(bytes, 300 * 40);
        EXPECT_LE(bytes, number_at(stats, "/bytes"));
        EXPECT_EQ(stats.as_object().contains("hashed"), kind == "hashed");
        EXPECT_EQ(stats.as_object().contains("hnsw"), kind == "hnsw");
        const std::string shown = must("temblor stats --index d.tbl");
        EXPECT_NE(shown.find("300 of dimension 20, metric cosine"), std::string::npos) << shown;
        EXPECT_NE(shown.find("  vectors "), std::string::npos) << shown;
    }
}

TEST_F(DenseVerbs, StatsOfListsAddUp) {
    make_dense();
    must("temblor build --input base.npy --output d.tbl --threads 1 --cells 30 --lists 5");
    const auto stats = must_json("temblor stats --index d.tbl --json");
    const auto& hashed = stats.at("hashed");
    EXPECT_EQ(number_at(hashed, "/lists"), 5);
    const double cells = number_at(hashed, "/cells");
    EXPECT_NEAR(cells, 30, 6);
    EXPECT_EQ(number_at(hashed, "/assignments"), 4);
    EXPECT_EQ(hashed.at("code").as_string(), "product4");
    EXPECT_EQ(number_at(hashed, "/code_width"), 4);
    EXPECT_EQ(hashed.at("rotation").as_string(), "none");
    const double postings = number_at(hashed, "/postings");
    EXPECT_NEAR(number_at(hashed, "/blocks_of_a_list/mean") * 5, cells, 1e-6);
    EXPECT_NEAR(number_at(hashed, "/rows_of_a_block/mean") * cells, postings, 1e-6);
    EXPECT_NEAR(number_at(hashed, "/blocks_of_a_row/mean") * 300, postings, 1e-6);
    EXPECT_GE(number_at(hashed, "/blocks_of_a_row/least"), 1);
    EXPECT_LE(number_at(hashed, "/blocks_of_a_row/most"), 4);
    EXPECT_LE(number_at(hashed, "/rows_of_a_block/median"),
              number_at(hashed, "/rows_of_a_block/most"));
    must("temblor calibrate --index d.tbl --k 5 --max-queries 20");
    const auto calibrated = must_json("temblor stats --index d.tbl --json");
    EXPECT_GE(number_at(calibrated, "/calibration/0/points/0/lists"), 1);
    const std::string shown = must("temblor stats --index d.tbl");
    EXPECT_NE(shown.find("assignment  4 at most"), std::string::npos) << shown;
    EXPECT_NE(shown.find("refine"), std::string::npos) << shown;
}

TEST_F(DenseVerbs, StatsOfGraphsAddUp) {
    make_dense();
    must(
        "temblor build --input base.npy --output g.tbl --threads 1 --index hnsw --m 5 "
        "--ef-construction 40");
    const auto stats = must_json("temblor stats --index g.tbl --json");
    const auto& graph = stats.at("hnsw");
    EXPECT_EQ(number_at(graph, "/m"), 5);
    EXPECT_EQ(number_at(graph, "/ef_construction"), 40);
    const auto& levels = graph.at("levels").as_array();
    ASSERT_GE(levels.size(), 2U);
    EXPECT_EQ(number_at(levels[0], "/rows"), 300);
    for (size_t level = 0; level < levels.size(); ++level) {
        EXPECT_EQ(number_at(levels[level], "/level"), static_cast<double>(level));
        EXPECT_LE(number_at(levels[level], "/neighbours/most"), level == 0 ? 10 : 5);
        EXPECT_LE(number_at(levels[level], "/neighbours/least"),
                  number_at(levels[level], "/neighbours/mean"));
        if (level > 0) {
            EXPECT_LT(number_at(levels[level], "/rows"), number_at(levels[level - 1], "/rows"));
        }
    }
    EXPECT_GT(number_at(levels[0], "/neighbours/mean"), 2);
    must("temblor calibrate --index g.tbl --k 5 --max-queries 20");
    const auto calibrated = must_json("temblor stats --index g.tbl --json");
    EXPECT_GE(number_at(calibrated, "/calibration/0/points/0/ef"), 1);
    EXPECT_FALSE(calibrated.at_pointer("/calibration/0/points/0").as_object().contains("refine"));
    const std::string shown = must("temblor stats --index g.tbl");
    EXPECT_NE(shown.find("m 5, ef_construction 40"), std::string::npos) << shown;
    EXPECT_NE(shown.find("level 0     300 rows"), std::string::npos) << shown;
}

TEST_F(DenseVerbs, InspectShowsWhatIsStored) {
    make_dense();
    std::string ids;
    for (int i = 0; i < 300; ++i) ids += "doc-" + std::to_string(i) + "\n";
    write("base.ids", ids);
    const std::string build =
        "temblor build --input base.npy --ids base.ids --threads 1 --store f32 --metric ip ";
    must(build + "--output d.tbl");
    const auto row = must_json("temblor inspect --index d.tbl --id doc-17 --json");
    EXPECT_EQ(number_at(row, "/row"), 17);
    const DenseDataset base = dense("base.npy");
    double squares = 0;
    for (size_t d = 0; d < 20; ++d) {
        EXPECT_EQ(static_cast<float>(row.at("vector").as_array()[d].to_number<double>()),
                  base.row(17)[d]);
        squares += static_cast<double>(base.row(17)[d]) * static_cast<double>(base.row(17)[d]);
    }
    EXPECT_NEAR(number_at(row, "/norm"), std::sqrt(squares), 1e-9);
    const auto& blocks = row.at("blocks").as_array();
    EXPECT_GE(blocks.size(), 1U);
    EXPECT_LE(blocks.size(), 4U);
    for (const auto& block : blocks) EXPECT_GE(number_at(block, "/rows"), 1);
    const std::string shown = must("temblor inspect --index d.tbl --row 17");
    EXPECT_NE(shown.find("row 17, id doc-17, 20 values, length"), std::string::npos) << shown;
    EXPECT_NE(shown.find("and 12 more"), std::string::npos) << shown;
    EXPECT_NE(shown.find("block"), std::string::npos) << shown;

    must(build + "--output g.tbl --index hnsw --m 6");
    const auto linked = must_json("temblor inspect --index g.tbl --row 3 --json");
    EXPECT_EQ(linked.at("id").as_string(), "doc-3");
    const auto& neighbours = linked.at_pointer("/neighbours/0").as_array();
    ASSERT_GE(neighbours.size(), 1U);
    EXPECT_LE(neighbours.size(), 12U);
    for (size_t i = 1; i < neighbours.size(); ++i)
        EXPECT_LE(number_at(neighbours[i], "/score"), number_at(neighbours[i - 1], "/score"));
    EXPECT_NE(must("temblor inspect --index g.tbl --row 3").find("level 0: "), std::string::npos);

    must(build + "--output f.tbl --index flat");
    EXPECT_NE(must("temblor inspect --index f.tbl --row 3").find("flat"), std::string::npos);
}

TEST_F(DenseVerbs, SearchByVectorAndByFile) {
    make_dense();
    // Of fewer rows all are scored.
    ASSERT_TRUE(
        write_npy(path("base.npy"), temblor::testing::random_dense(1, 2000, 20), FloatWidth::kF32)
            .is_ok());
    must("temblor groundtruth --input base.npy --queries q.npy --k 5 --metric l2 --output gt");
    const GroundTruth truth = read_ground_truth(path("gt")).value();
    const DenseDataset queries = dense("q.npy");
    std::string ids;
    for (int i = 0; i < 8; ++i) ids += "ask-" + std::to_string(i) + "\n";
    write("q.ids", ids);
    for (const std::string kind : {"hashed", "hnsw", "flat"}) {
        SCOPED_TRACE(kind);
        must(
            "temblor build --input base.npy --output d.tbl --threads 1 --metric l2 --store f32 "
            "--index " +
            kind);
        const std::string search = "temblor search --index d.tbl --k 5 ";
        const std::string run = must(search + "--queries q.npy --query-ids q.ids --exact");
        std::istringstream lines(run);
        std::istringstream of_json(must(search + "--queries q.npy --exact --json"));
        for (size_t q = 0; q < 8; ++q) {
            std::string text;
            ASSERT_TRUE(std::getline(of_json, text));
            const auto answer = boost::json::parse(text);
            EXPECT_EQ(answer.at("query").as_string(), std::to_string(q));
            for (size_t i = 0; i < 5; ++i) {
                const std::string id = std::to_string(truth.rows[q * 5 + i]);
                EXPECT_EQ(answer.at("results").as_array()[i].at("id").as_string(), id);
                ASSERT_TRUE(std::getline(lines, text));
                EXPECT_TRUE(text.starts_with("ask-" + std::to_string(q) + "\tQ0\t" + id + "\t" +
                                             std::to_string(i + 1)))
                    << text;
            }
        }
        std::string vector = "[";
        for (const float v : queries.row(2)) vector += fmt::format("{},", v);
        vector.back() = ']';
        const auto near = must_json(fmt::format(
            "{} --vector '{}' --ef 1500 --lists 99 --blocks 999 --slack 99 --refine 1500 --json",
            search, vector));
        for (size_t i = 0; i < 5; ++i) {
            const auto& hit = near.at("results").as_array()[i];
            EXPECT_EQ(hit.at("id").as_string(), std::to_string(truth.rows[2 * 5 + i]));
            EXPECT_NEAR(number_at(hit, "/score"), truth.scores[2 * 5 + i], 1e-4);
        }
        EXPECT_EQ(near.at_pointer("/counters/exact").as_bool(), kind == "flat");
        EXPECT_TRUE(near.at("counters").as_object().contains("refined"));
        const std::string shown = must(fmt::format("{} --vector '{}'", search, vector));
        EXPECT_NE(shown.find("5 results in"), std::string::npos) << shown;
        if (kind != "flat") {
            must("temblor calibrate --index d.tbl --k 5 --max-queries 20");
            must(search + "--queries q.npy --recall 0.9");
        }
    }
}

}  // namespace
}  // namespace temblor::cli::testing
