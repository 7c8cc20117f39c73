// Damaged files: exit status 5, a message that names file and section, never a crash.
#include <gtest/gtest.h>

#include "tests/cli/command_runner.h"

namespace temblor::cli::testing {
namespace {

using Damage = CommandTest;

TEST_F(Damage, VerifyFindsAFlippedBitAnywhere) {
    make_index();
    EXPECT_EQ(must("temblor verify --index nf.tbl"), "ok\n");
    const std::string whole = read("nf.tbl");
    for (size_t step = 0; step < 16; ++step) {
        std::string damaged = whole;
        const size_t at = step * (whole.size() - 1) / 15;
        damaged[at] = static_cast<char>(damaged[at] ^ (1 << (step % 8)));
        write("bad.tbl", damaged);
        const Finished finished = shell("temblor verify --index bad.tbl");
        EXPECT_EQ(finished.status, 5) << "byte " << at << ": " << finished.err << finished.out;
        EXPECT_NE(finished.err.find("bad.tbl"), std::string::npos) << finished.err;
        EXPECT_EQ(finished.out, "");
    }
}

TEST_F(Damage, TruncatedIndexIsRefusedByEveryVerb) {
    make_index();
    write("bad.tbl", read("nf.tbl").substr(0, read("nf.tbl").size() / 2));
    expect_failure("temblor verify --index bad.tbl", 5, "bad.tbl");
    expect_failure("temblor stats --index bad.tbl", 5, "bad.tbl");
    expect_failure("temblor search --index bad.tbl --vector '{\"1\": 1}'", 5, "bad.tbl");
    expect_failure("temblor eval --index bad.tbl --queries q.csr", 5, "bad.tbl");
    expect_failure("temblor inspect --index bad.tbl --row 0", 5, "bad.tbl");
    expect_failure("temblor calibrate --index bad.tbl", 5, "bad.tbl");
}

TEST_F(Damage, ShortInputIsCorruptAndLeavesNothing) {
    make_vectors();
    write("short.csr", read("docs.csr").substr(0, 5000));
    const auto before = names();
    expect_failure("temblor build --input short.csr --format csr --output x.tbl", 5, "short.csr");
    EXPECT_EQ(names(), before);
}

TEST_F(Damage, AFailedBuildKeepsTheOldIndex) {
    make_index();
    const std::string old = read("nf.tbl");
    write("broken.jsonl", "{\"id\": \"a\", \"vector\": {\"x\": 1}}\nnonsense\n");
    EXPECT_NE(shell("temblor build --input broken.jsonl --output nf.tbl").status, 0);
    EXPECT_EQ(read("nf.tbl"), old);
}

}  // namespace
}  // namespace temblor::cli::testing
