// What a wrong command line meets: exit status 2 and a message that says what is wrong; and every
// other documented exit status.
#include <gtest/gtest.h>

#include "tests/cli/command_runner.h"
#include "tests/sanitized.h"

namespace temblor::cli::testing {
namespace {

using Arguments = CommandTest;

TEST_F(Arguments, UsageErrorsExitWith2) {
    expect_failure("temblor", 2, "a verb is missing");
    expect_failure("temblor nosuch", 2, "'nosuch' is neither a verb nor an option");
    expect_failure("temblor --nosuch", 2, "'--nosuch'");
    expect_failure("temblor build", 2, "--input");
    expect_failure("temblor build --input a --output b --nosuch", 2, "--nosuch");
    expect_failure("temblor build --input a --output b --n-postings -1", 2, "--n-postings");
    expect_failure("temblor build --input a --output b --n-postings 5x", 2, "--n-postings");
    expect_failure("temblor build --input a --output b --summary-energy 2", 2, "summary_energy");
    expect_failure("temblor build --input a --output b --summary-energy nan", 2, "summary_energy");
    expect_failure("temblor build --input a --output b --forward f16", 2, "--forward");
    expect_failure("temblor build --input a --output b --encoder bert", 2, "--encoder");
    expect_failure("temblor build --input a --output b --k1 1", 2, "--encoder");
    expect_failure("temblor build --input a --output b --format npy", 2, "npy");
    expect_failure("temblor search --index a", 2, "--text");
    expect_failure("temblor search --index a --text b --vector '{}'", 2, "--text");
    expect_failure("temblor search --index a --text b --k 0", 2, "--k");
    expect_failure("temblor search --index a --text b --exact --recall 0.9", 2, "--recall");
    expect_failure("temblor search --index a --text b --query-cut 3 --recall 0.9", 2, "--recall");
    expect_failure("temblor eval --index a --queries b --recall 1.5", 2, "--recall");
    expect_failure("temblor eval --index a", 2, "--queries");
    expect_failure("temblor eval --index a --queries b --load floppy", 2, "--load");
    expect_failure("temblor groundtruth --input a --queries b --output c --k 0", 2, "--k");
    expect_failure("temblor calibrate --index a --k 10,x", 2, "--k");
    expect_failure("temblor inspect --index a", 2, "--id");
    expect_failure("temblor inspect --index a --row 1 --token b", 2, "--row");
    expect_failure("temblor stats", 2, "--index");
    expect_failure("temblor verify", 2, "--index");
    expect_failure("temblor convert --input a --output b", 2, "--to");
    expect_failure("temblor convert --input a --output b --to npz", 2, "npz");
    expect_failure("temblor convert --input a --output b --to csr --compress rar", 2, "--compress");
    expect_failure("temblor synth --documents 0 --output a", 2, "documents");
    expect_failure("temblor synth --documents 9 --queries 1 --output a", 2, "--queries-output");
    expect_failure("temblor synth --documents 9 --dim 9 --output a", 2, "dim");
    expect_failure("temblor synth --documents 9 --topics 10 --output a", 2, "topics");
    EXPECT_TRUE(names().empty());
}

TEST_F(Arguments, UsageOfAnIndexThatExists) {
    make_index();
    expect_failure("temblor search --index nf.tbl --vector '{}' --heap-factor nan", 2,
                   "heap_factor");
    expect_failure("temblor search --index nf.tbl --vector '{}' --heap-factor=-1", 2,
                   "heap_factor");
}

TEST_F(Arguments, BadInputExitsWith3) {
    make_index();
    write("broken.jsonl",
          "{\"id\": \"a\", \"vector\": {\"x\": 1}}\n{\"id\": \"b\", \"vector\": {\n");
    expect_failure("temblor build --input broken.jsonl --output x.tbl", 3, "broken.jsonl");
    write("negative.jsonl", "{\"id\": \"a\", \"vector\": {\"x\": -1}}\n");
    expect_failure("temblor build --input negative.jsonl --output x.tbl", 3, "negative.jsonl");
    write("few.ids", "only\none\n");
    expect_failure("temblor build --input docs.csr --ids few.ids --output x.tbl", 3, "few.ids");
    expect_failure("temblor search --index nf.tbl --text words", 3, "built from vectors");
    expect_failure("temblor search --index nf.tbl --vector '{\"1\": -2}'", 3, "negative");
    write("test.tsv", "query-id\tcorpus-id\tscore\nother\td0\t1\n");
    expect_failure("temblor eval --index nf.tbl --queries q.csr --qrels test.tsv", 3, "judgement");
    must("temblor groundtruth --input docs.csr --queries q.csr --k 5 --output gt.bin");
    expect_failure("temblor eval --index nf.tbl --queries q.csr --groundtruth gt.bin --k 10", 3,
                   "gt.bin: ground truth of 5 answers");
    expect_failure("temblor eval --index nf.tbl --queries docs.csr --groundtruth gt.bin --k 5", 3,
                   "gt.bin: ground truth of 40 queries");
}

TEST_F(Arguments, NotFoundExitsWith4) {
    make_index();
    expect_failure("temblor build --input absent.csr --output x.tbl", 4, "absent.csr");
    expect_failure("temblor build --input docs.csr --output absent/x.tbl", 4, "absent");
    expect_failure("temblor build --input docs.csr --ids absent.ids --output x.tbl", 4,
                   "absent.ids");
    expect_failure("temblor stats --index absent.tbl", 4, "absent.tbl");
    expect_failure("temblor inspect --index nf.tbl --row 600", 4, "row 600");
    expect_failure("temblor inspect --index nf.tbl --id nobody", 4, "'nobody'");
    expect_failure("temblor inspect --index nf.tbl --token word", 4, "'word'");
    expect_failure("temblor inspect --index nf.tbl --component 3000", 4, "3000");
    expect_failure("temblor search --index nf.tbl --vector '{\"1\": 1}' --recall 0.9", 4,
                   "temblor calibrate --index nf.tbl");
    expect_failure("temblor eval --index nf.tbl --queries q.csr --recall 0.9", 4,
                   "temblor calibrate --index nf.tbl");
}

TEST_F(Arguments, FailedWritesExitWith6) {
    make_index();
    const Finished finished = shell("temblor stats --index nf.tbl >/dev/full");
    EXPECT_EQ(finished.status, 6);
    EXPECT_NE(finished.err.find("standard output"), std::string::npos) << finished.err;
}

TEST_F(Arguments, OutOfMemoryExitsWith7) {
    if (temblor::testing::kSanitized)
        GTEST_SKIP() << "sanitizers reserve more address space than this test allows";
    expect_failure(
        "(ulimit -v 1000000; temblor synth --documents 4000000 --topics 4000000 --output x.csr)", 7,
        "out of memory");
    EXPECT_TRUE(names().empty());
}

TEST_F(Arguments, HelpAndVersionExitWith0) {
    EXPECT_EQ(must("temblor --version").rfind("temblor ", 0), 0U);
    const std::string help = must("temblor --help");
    for (const char* verb : {"build", "search", "eval", "groundtruth", "calibrate", "stats",
                             "inspect", "verify", "synth", "convert"}) {
        EXPECT_NE(help.find(verb), std::string::npos) << verb;
        const std::string of_verb = must(std::string("temblor ") + verb + " --help");
        EXPECT_NE(of_verb.find("Example"), std::string::npos) << verb;
        EXPECT_NE(of_verb.find(std::string("  temblor ") + verb), std::string::npos) << verb;
    }
    EXPECT_NE(help.find("130"), std::string::npos);
}

TEST_F(Arguments, AReaderThatLeavesEarlyIsNoError) {
    make_index();
    const Finished finished =
        shell("{ temblor search --index nf.tbl --queries q.csr --k 100; echo $? >status; } | true");
    EXPECT_EQ(finished.err, "");
    EXPECT_EQ(read("status"), "0\n");
}

}  // namespace
}  // namespace temblor::cli::testing
