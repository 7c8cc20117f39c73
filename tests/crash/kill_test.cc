#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <thread>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/crash/scripted_writes.h"
#include "tests/data/test_files.h"
#include "tests/sanitized.h"

namespace temblor::testing {
namespace {

class KillTest : public FolderTest {
protected:
    pid_t start(uint64_t first, const std::string& point = {}, int times = 0) {
        const std::string seed = std::to_string(seed_);
        const std::string number = std::to_string(first);
        const std::string journal = path("journal");
        const std::string folder = path("c");
        const std::string count = std::to_string(times);
        const pid_t child = ::fork();
        if (child == 0) {
            ::execl(TEMBLOR_CRASH_WORKER, "worker", folder.c_str(), seed.c_str(), number.c_str(),
                    journal.c_str(), point.empty() ? nullptr : point.c_str(), count.c_str(),
                    nullptr);
            ::_exit(127);
        }
        return child;
    }
    /// Past the last write that was acknowledged.
    uint64_t acknowledged() const {
        std::ifstream in(path("journal"));
        uint64_t next = 0;
        std::string line;
        while (std::getline(in, line)) {
            if (!in.eof()) next = std::stoull(line) + 1;
        }
        return next;
    }
    /// Opens what is left, compares, and returns the number of writes it holds.
    uint64_t expect_whole(uint64_t at_least) {
        auto opened = Collection::open(path("c"), script_options());
        if (!opened.is_ok() && at_least == 0) {  // killed before it was made
            std::filesystem::remove_all(path("c"));
            return 0;
        }
        EXPECT_TRUE(opened.is_ok()) << opened.status().to_string();
        if (!opened.is_ok()) return at_least;
        EXPECT_TRUE((*opened)->stats().damaged.empty());
        const DenseIndexes indexes =
            expect_dense_indexes(*(*opened)->version(), kScriptIndexedRows);
        hashed_ += indexes.hashed;
        graphs_ += indexes.graphs;
        return expect_scripted(**opened, seed_, at_least, true);
    }

    uint64_t seed_ = from_environment("TEMBLOR_SEED", 1);
    /// Segments found with hashed lists and with graphs of dense vectors.
    uint64_t hashed_ = 0;
    uint64_t graphs_ = 0;
};

TEST_F(KillTest, NothingAcknowledgedIsLostAtRandomMoments) {
    const uint64_t kills = from_environment("TEMBLOR_KILLS", all_or_some(50, 15));
    std::printf("TEMBLOR_SEED=%llu, %llu kills\n", static_cast<unsigned long long>(seed_),
                static_cast<unsigned long long>(kills));
    SplitMix random(seed_);
    uint64_t held = 0;
    for (uint64_t k = 0; k < kills && !HasFailure(); ++k) {
        SCOPED_TRACE("kill " + std::to_string(k));
        // The numbers go on; so that replaying stays short the folder is given up now and then.
        if (held > 1500) {
            std::filesystem::remove_all(path("c"));
            std::filesystem::remove(path("journal"));
            held = 0;
        }
        const pid_t child = start(held);
        std::this_thread::sleep_for(std::chrono::microseconds(random.below(150'000)));
        ::kill(child, SIGKILL);
        int status = 0;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        ASSERT_TRUE(WIFSIGNALED(status) || WEXITSTATUS(status) == 0) << WEXITSTATUS(status);
        held = expect_whole(std::max(held, acknowledged()));
    }
    // On a busy machine they may all come before the first segment.
    std::printf("%llu hashed segments, %llu graphs\n", static_cast<unsigned long long>(hashed_),
                static_cast<unsigned long long>(graphs_));
}

/// The names in the sources, save those of a store (store_kill_test.cc).
std::set<std::string> sync_points() {
    std::set<std::string> names;
    const std::string reach = "SyncPoint::reach(\"";
    for (const auto& entry :
         std::filesystem::directory_iterator(std::string(TEMBLOR_ROOT) + "/index/collection")) {
        if (entry.path().extension() != ".cc") continue;
        const std::string text = slurp(entry.path().string());
        for (size_t at = 0; (at = text.find(reach, at)) != std::string::npos;) {
            at += reach.size();
            const std::string name = text.substr(at, text.find('"', at) - at);
            if (!name.starts_with("catalog:") && !name.starts_with("restore:")) names.insert(name);
        }
    }
    return names;
}

TEST_F(KillTest, NothingAcknowledgedIsLostAtAnySyncPoint) {
    const std::set<std::string> names = sync_points();
    ASSERT_GE(names.size(), 8U);
    uint64_t reached = 0;
    for (const std::string& name : names) {
        for (const int times : {1, 4}) {
            if (times > 1 && kSanitized) break;
            SCOPED_TRACE(name + ", time " + std::to_string(times));
            std::filesystem::remove_all(path("c"));
            std::filesystem::remove(path("journal"));
            const pid_t child = start(0, name, times);
            int status = 0;
            // The worker dies there, or ends by itself where it never comes by.
            ASSERT_EQ(::waitpid(child, &status, 0), child);
            ASSERT_TRUE(WIFSIGNALED(status) || WEXITSTATUS(status) == 0) << WEXITSTATUS(status);
            if (!WIFSIGNALED(status)) break;
            ++reached;
            (void)expect_whole(acknowledged());
            if (HasFailure()) return;
        }
    }
    EXPECT_GE(reached, all_or_some(12, 8));
    // Points of sealing and merging are reached with segments only.
    EXPECT_GE(hashed_, 1U);
    EXPECT_GE(graphs_, 1U);
}

}  // namespace
}  // namespace temblor::testing
