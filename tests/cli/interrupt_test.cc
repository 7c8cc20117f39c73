// Ctrl-C during a build: exit status 130, nothing left, an old index kept.
#include <chrono>
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>

#include "tests/cli/command_runner.h"

namespace temblor::cli::testing {
namespace {

class Interrupt : public CommandTest {
protected:
    // True once the process handles `number` itself: until then the signal would just kill it.
    static bool handles(pid_t process, int number) {
        std::ifstream status("/proc/" + std::to_string(process) + "/status");
        std::string line;
        while (std::getline(status, line)) {
            if (line.rfind("SigCgt:", 0) != 0) continue;
            const uint64_t mask = std::stoull(line.substr(7), nullptr, 16);
            return ((mask >> (number - 1)) & 1) != 0;
        }
        return false;
    }

    // Sends `number` as soon as it is handled and gives the exit status.
    static int interrupt(pid_t process, int number) {
        if (process <= 0) return -1;  // kill() would take it for a group
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
        while (!handles(process, number) && std::chrono::steady_clock::now() < deadline) {
            sched_yield();
        }
        kill(process, number);
        int raw = 0;
        waitpid(process, &raw, 0);
        return WIFEXITED(raw) ? WEXITSTATUS(raw) : 128 + WTERMSIG(raw);
    }

    void make_larger_collection() const {
        must("temblor synth --documents 30000 --output big.csr");
    }
};

TEST_F(Interrupt, ABuildLeavesNothing) {
    make_larger_collection();
    for (const int number : {SIGINT, SIGTERM}) {
        const pid_t build = start({"build", "--input", path("big.csr"), "--output", path("x.tbl")});
        EXPECT_EQ(interrupt(build, number), 130);
        EXPECT_EQ(names(), std::vector<std::string>{"big.csr"});
    }
}

TEST_F(Interrupt, AnOldIndexIsKept) {
    make_larger_collection();
    write("x.tbl", "as it was");
    const pid_t build = start({"build", "--input", path("big.csr"), "--output", path("x.tbl")});
    EXPECT_EQ(interrupt(build, SIGINT), 130);
    EXPECT_EQ(read("x.tbl"), "as it was");
    EXPECT_EQ(names(), (std::vector<std::string>{"big.csr", "x.tbl"}));
}

TEST_F(Interrupt, SynthLeavesNothing) {
    const pid_t synth = start({"synth", "--documents", "3000000", "--output", path("x.csr")});
    EXPECT_EQ(interrupt(synth, SIGINT), 130);
    EXPECT_TRUE(names().empty());
}

}  // namespace
}  // namespace temblor::cli::testing
