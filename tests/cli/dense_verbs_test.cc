// The verbs that take files of dense vectors: build, calibrate, eval, convert, groundtruth, synth.
#include "tests/cli/dense_verbs.h"

#include <cstring>
#include <random>
#include <string>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <gtest/gtest.h>

#include "data/dense_vector.h"
#include "data/formats/dense_reader.h"
#include "data/formats/dense_writer.h"
#include "data/formats/relevance.h"
#include "query/dense/dense_ground_truth.h"
#include "tests/data/dense_files.h"
#include "tests/sanitized.h"

namespace temblor::cli::testing {
namespace {

using temblor::testing::all_or_some;
using temblor::testing::random_dense;

TEST_F(DenseVerbs, BuildCalibrateAndEval) {
    const uint32_t rows = all_or_some(3000, 1000);
    ASSERT_TRUE(write_npy(path("base.npy"), random_dense(3, rows, 20), FloatWidth::kF32).is_ok());
    ASSERT_TRUE(write_npy(path("q.npy"), random_dense(4, 40, 20), FloatWidth::kF16).is_ok());
    for (const std::string metric : {"ip", "cosine", "l2"}) {
        must("temblor groundtruth --input base.npy --queries q.npy --k 10 --output gt --metric " +
             metric);
        must("temblor build --input base.npy --output d.tbl --threads 1 --metric " + metric);
        must("temblor verify --index d.tbl");
        expect_failure("temblor eval --index d.tbl --queries q.npy --recall 0.9", 4, "calibrate");
        must("temblor calibrate --index d.tbl --k 10 --max-queries 50");
        const auto report = boost::json::parse(must(
            "temblor eval --index d.tbl --queries q.npy --groundtruth gt --recall 0.95 --json"));
        // Random vectors are as hard as it gets, and stored ones are not like them.
        EXPECT_GT(report.at("accuracy@10").to_number<double>(), 0.85) << metric;
        must("temblor build --input base.npy --output f.tbl --index flat --store f32 --metric " +
             metric);
        const auto flat = boost::json::parse(
            must("temblor eval --index f.tbl --queries q.npy --groundtruth gt --json"));
        EXPECT_EQ(flat.at("accuracy@10").to_number<double>(), 1) << metric;
        must(
            "temblor build --input base.npy --output g.tbl --threads 1 --index hnsw --m 16 "
            "--metric " +
            metric);
        must("temblor verify --index g.tbl");
        const auto graph = boost::json::parse(
            must("temblor eval --index g.tbl --queries q.npy --groundtruth gt --ef 200 --json"));
        EXPECT_GT(graph.at("accuracy@10").to_number<double>(), 0.9) << metric;
        EXPECT_EQ(graph.at("ef").to_number<int>(), 200);
        must("temblor calibrate --index g.tbl --k 10 --max-queries 50");
        must("temblor eval --index g.tbl --queries q.npy --groundtruth gt --recall 0.9 --json");
    }
}

TEST_F(DenseVerbs, BuildSaysWhatDoesNotGoTogether) {
    make_dense();
    make_vectors();
    const std::string dense = "temblor build --input base.npy --output x ";
    expect_failure(dense + "--n-postings 5", 2, "--n-postings");
    expect_failure(dense + "--index tree", 2, "flat, hashed or hnsw");
    expect_failure(dense + "--index hnsw --m 1", 2, "m: 1");
    expect_failure(dense + "--index hnsw --ef-construction 20000", 2, "ef_construction");
    expect_failure(dense + "--metric taxi", 2, "--metric");
    expect_failure(dense + "--store f8", 2, "f16");
    expect_failure(dense + "--code sha", 2, "binary");
    expect_failure(dense + "--assignments 17", 2, "assignments");
    expect_failure(dense + "--lists 5 --cells 4", 2, "lists");
    expect_failure(dense + "--ids base.npy", 3, "base.npy");
    expect_failure("temblor build --input docs.csr --output x --index flat", 2, "--index");
    must("temblor build --input base.npy --output d.tbl --threads 1");
    const std::string search = "temblor search --index d.tbl ";
    expect_failure(search + "--text a", 3, "built from vectors");
    expect_failure(search + "--vector '{\"indices\": [1], \"values\": [1]}'", 3, "20 numbers");
    expect_failure(search + "--vector '[1, 2]'", 3, "2 numbers, the index has dimension 20");
    expect_failure(search + "--vector '[1, 2'", 3, "not JSON");
    const std::string nineteen = "0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,";
    expect_failure(search + "--vector '[" + nineteen + "\"a\"]'", 3, "[19]: not a number");
    expect_failure(search + "--vector '[" + nineteen + "1e39]'", 3, "[19]: not a finite");
    expect_failure(search + "--queries q.npy --explain", 2, "--explain");
    expect_failure(search + "--queries q.npy --patience 3", 2, "--patience");
    expect_failure(search + "--queries q.csr", 3, "q.csr");
    expect_failure(search + "--queries q.npy --query-ids docs.ids", 3, "docs.ids");
    expect_failure(search + "--queries q.npy --recall 0.9", 4, "calibrate");
    ASSERT_TRUE(write_fbin(path("wide.fbin"), random_dense(3, 4, 21)).is_ok());
    expect_failure(search + "--queries wide.fbin", 3, "wide.fbin: queries have dimension 21");
    expect_failure("temblor inspect --index d.tbl --token a", 2, "--token");
    expect_failure("temblor inspect --index d.tbl --component 1", 2, "--component");
    expect_failure("temblor inspect --index d.tbl --row 300", 4, "row 300");
    expect_failure("temblor inspect --index d.tbl --id nobody", 4, "'nobody'");
    expect_failure("temblor eval --index d.tbl --queries q.npy --query-cut 3", 2, "--query-cut");
    make_index();
    expect_failure("temblor eval --index nf.tbl --queries q.csr --ef 3", 2, "--ef");
    expect_failure("temblor search --index nf.tbl --queries q.csr --lists 3", 2, "--lists");
    expect_failure("temblor eval --index d.tbl --queries docs.csr", 3, "docs.csr");
    expect_failure("temblor eval --index d.tbl --queries q.npy --recall 0.9 --lists 3", 2,
                   "--lists");
    expect_failure("temblor eval --index d.tbl --queries q.npy --recall 0.9 --ef 3", 2, "--ef");
}

TEST_F(DenseVerbs, CodesOfAnotherIndexAreTakenAndRefitted) {
    const DenseDataset all = random_dense(5, 6'000, 32);
    const auto write_part = [&](const std::string& name, size_t begin, size_t end, float stretch) {
        std::vector<float> values(all.values().begin() + static_cast<ptrdiff_t>(begin * 32),
                                  all.values().begin() + static_cast<ptrdiff_t>(end * 32));
        // Another domain: other dimensions matter.
        for (size_t i = 0; i < values.size(); ++i)
            if (i % 32 < 8) values[i] *= stretch;
        ASSERT_TRUE(write_npy(path(name), DenseDataset::from_values(std::move(values), 32).value(),
                              FloatWidth::kF32)
                        .is_ok());
    };
    write_part("old.npy", 0, 2'000, 0.2F);
    write_part("new.npy", 2'000, 5'800, 4);
    write_part("q.npy", 5'800, 6'000, 4);
    must("temblor build --input old.npy --output old.tbl --threads 1");
    must("temblor build --input new.npy --output before.tbl --codes-from old.tbl --threads 1");
    must("temblor hash adapt --index old.tbl --input new.npy --output after.tbl --threads 1");
    must("temblor verify --index after.tbl");
    must("temblor groundtruth --input new.npy --queries q.npy --k 10 --output gt --metric cosine");
    const auto accuracy = [&](const std::string& index) {
        return boost::json::parse(must("temblor eval --index " + index +
                                       " --queries q.npy --groundtruth gt --k 10 --lists 100 "
                                       "--slack 20 --refine 0 --json"))
            .at("accuracy@10")
            .to_number<double>();
    };
    EXPECT_GT(accuracy("after.tbl"), accuracy("before.tbl") + 0.05);
    must("temblor hash adapt --index old.tbl --input new.npy --output again.tbl --threads 2");
    EXPECT_TRUE(read("again.tbl") == read("after.tbl"));

    write("pairs.tsv", "query-id\tcorpus-id\tscore\n0\t12\t1\n3\t7\t1\n");
    must(
        "temblor hash adapt --index old.tbl --input new.npy --queries q.npy --pairs pairs.tsv "
        "--output paired.tbl --threads 1");
    const std::string adapt = "temblor hash adapt --input new.npy --output x --index ";
    expect_failure(adapt + "old.tbl --pairs pairs.tsv", 2, "--queries");
    write("pairs.tsv", "query-id\tcorpus-id\tscore\n0\t999999\t1\n");
    expect_failure(adapt + "old.tbl --queries q.npy --pairs pairs.tsv", 3, "999999");
    must("temblor build --input old.npy --index flat --output flat.tbl");
    expect_failure(adapt + "flat.tbl", 3, "flat.tbl");
    ASSERT_TRUE(write_npy(path("narrow.npy"), random_dense(1, 300, 20), FloatWidth::kF32).is_ok());
    expect_failure(adapt + "old.tbl --queries narrow.npy", 3, "narrow.npy");
    expect_failure("temblor hash adapt --input narrow.npy --output x --index old.tbl", 3,
                   "32 dimensions");
}

TEST_F(DenseVerbs, ConvertThereAndBack) {
    make_dense();
    must("temblor convert --input base.npy --to fvecs --output a.fvecs");
    must("temblor convert --input a.fvecs --to fbin --compress gzip --output a.bin");
    must("temblor convert --input a.bin --to npy --values f16 --compress zstd --output a.zst");
    must("temblor convert --input a.zst --to npy --output again.npy");
    must("temblor convert --input a.bin --format fbin --to npy --values f32 --output more.npy");
    EXPECT_TRUE(read("again.npy") == read("base.npy"));
    EXPECT_TRUE(read("more.npy") == read("base.npy"));
}

TEST_F(DenseVerbs, ConvertSaysWhatDoesNotGoTogether) {
    make_dense();
    make_vectors();
    expect_failure("temblor convert --input base.npy --to csr --output x", 3, "dense vectors");
    expect_failure("temblor convert --input docs.csr --to npy --output x", 3, "--format");
    expect_failure("temblor convert --input base.npy --to fbin --values f16 --output x", 2,
                   "--values f16");
    expect_failure("temblor convert --input base.npy --to npy --values f8 --output x", 2, "f8");
    expect_failure("temblor convert --input docs.csr --to jsonl --values f16 --output x", 2,
                   "--values");
    expect_failure("temblor convert --input base.npy --to npy --ids docs.ids --output x", 2,
                   "--ids");
    expect_failure("temblor convert --input base.npy --to npy --format csr --output x", 2, "csr");
    expect_failure("temblor convert --input base.npy --to npz --output x", 2, "npz");
}

TEST_F(DenseVerbs, GroundTruthOfEveryMetric) {
    make_dense();
    must("temblor convert --input q.npy --to fbin --output q.fbin");
    const struct {
        const char* flag;
        Distance distance;
    } metrics[] = {{"--metric ip", Distance::kDot},
                   {"--metric cosine", Distance::kCosine},
                   {"", Distance::kCosine},
                   {"--metric l2", Distance::kEuclid}};
    for (const auto& metric : metrics) {
        must(std::string(
                 "temblor groundtruth --input base.npy --queries q.fbin --k 7 --output gt ") +
             metric.flag);
        const GroundTruth found = read_ground_truth(path("gt")).value();
        const GroundTruth expected = dense_ground_truth(dense("base.npy"), dense("q.npy"),
                                                        metric.distance, 7, 1, no_progress())
                                         .value();
        EXPECT_EQ(found.queries, 8U);
        EXPECT_EQ(found.k, 7U);
        EXPECT_EQ(found.rows, expected.rows);
        EXPECT_EQ(found.scores, expected.scores);
    }
}

TEST_F(DenseVerbs, GroundTruthSaysWhatDoesNotGoTogether) {
    make_dense();
    make_vectors();
    const std::string start = "temblor groundtruth --output x ";
    expect_failure(start + "--input base.npy --queries q.npy --metric dot", 2, "ip, cosine or l2");
    expect_failure(start + "--input base.npy --queries q.npy --encoder bm25", 2, "--encoder");
    expect_failure(start + "--input docs.csr --queries q.csr --metric ip", 2, "--metric");
    expect_failure(start + "--input base.npy --queries q.csr", 3, "q.csr");
    ASSERT_TRUE(write_fbin(path("wide.fbin"), random_dense(3, 4, 21)).is_ok());
    expect_failure(start + "--input base.npy --queries wide.fbin", 3,
                   "wide.fbin: queries have dimension 21, documents 20");
}

TEST_F(DenseVerbs, SynthGrowsADenseCollection) {
    make_dense();
    const std::string grow = "temblor synth --grow base.npy --rows 900 --queries 6 ";
    const std::string report = must(grow + "--output a.npy --queries-output aq.fbin --seed 9");
    for (const char* part : {"900 rows of dimension 20", "similarity to the nearest",
                             "variance in 16 directions", "aq.fbin: 6 queries"}) {
        EXPECT_NE(report.find(part), std::string::npos) << report;
    }
    must(grow + "--output b.npy --queries-output bq.fbin --seed 9");
    must(grow + "--output c.npy --queries-output cq.npy --values f16 --seed 10");
    EXPECT_TRUE(read("a.npy") == read("b.npy"));
    EXPECT_TRUE(read("aq.fbin") == read("bq.fbin"));
    EXPECT_FALSE(read("a.npy") == read("c.npy"));
    EXPECT_EQ(dense("a.npy").rows(), 900U);
    EXPECT_EQ(dense("aq.fbin").rows(), 6U);
    EXPECT_EQ(dense("c.npy").dim(), 20U);
    EXPECT_EQ(read("c.npy").size(), 128U + 900U * 20U * 2U);
}

TEST_F(DenseVerbs, GrowingSaysWhatDoesNotGoTogether) {
    make_dense();
    const std::string start = "temblor synth --output x ";
    expect_failure(start, 2, "--grow");
    expect_failure(start + "--grow base.npy", 2, "--rows is 0");
    expect_failure(start + "--grow base.npy --documents 5 --rows 5", 2, "--grow");
    expect_failure(start + "--grow base.npy --rows 5 --dim 100", 2, "--dim");
    expect_failure(start + "--documents 5 --rows 5", 2, "--rows");
    expect_failure(start + "--grow base.npy --rows 5 --queries 3", 2, "--queries-output");
    expect_failure("temblor synth --grow base.npy --rows 5 --values f16 --output x.fbin", 2,
                   "--values f16");
    expect_failure(start + "--grow q.npy --rows 5", 3, "q.npy: 8 rows (expected 64");
    expect_failure(start + "--grow none.npy --rows 5", 4, "none.npy");
}

}  // namespace
}  // namespace temblor::cli::testing
