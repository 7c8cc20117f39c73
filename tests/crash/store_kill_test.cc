#include <algorithm>
#include <csignal>
#include <filesystem>
#include <string>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "data/splitmix.h"
#include "index/collection/store.h"
#include "query/collection/collection_reader.h"
#include "tests/collection/collection_model.h"
#include "tests/data/test_files.h"

namespace temblor::testing {
namespace {

namespace fs = std::filesystem;

/// A store whose process is killed at a named place; then it is opened again.
class StoreKillTest : public FolderTest {
protected:
    using Names = std::vector<std::string>;

    std::unique_ptr<Store> open() {
        StoreOptions options;
        options.collection.background = false;
        auto opened = Store::open(path("data"), options);
        EXPECT_TRUE(opened.is_ok()) << opened.status().to_string();
        return opened.is_ok() ? std::move(opened).value() : nullptr;
    }
    /// True when the worker died at `place` of the `change`.
    bool killed_at(const char* place, const char* change) {
        const std::string data = path("data");
        const std::string archive = path("s.tar");
        const pid_t child = ::fork();
        if (child == 0) {
            ::execl(TEMBLOR_STORE_WORKER, "worker", data.c_str(), archive.c_str(), change, place,
                    nullptr);
            ::_exit(127);
        }
        int status = 0;
        EXPECT_EQ(::waitpid(child, &status, 0), child);
        return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    }
    /// The store holds these collections, all sound, and nothing else lies there.
    void expect_held(const Names& collections) {
        const auto store = open();
        ASSERT_NE(store, nullptr);
        Names listed;
        for (const StoredCollection& c : store->collections()) {
            listed.push_back(c.name);
            EXPECT_TRUE(c.error.is_ok()) << c.error.to_string();
        }
        EXPECT_EQ(listed, collections);
        const auto folders = fs::directory_iterator(path("data/collections"));
        EXPECT_EQ(std::distance(fs::begin(folders), fs::end(folders)),
                  static_cast<ptrdiff_t>(collections.size()));
        EXPECT_EQ(names(), (Names{"data", "s.tar"}));
        EXPECT_FALSE(fs::exists(path("data/collections/1/snapshot.tmp")));
    }
};

TEST_F(StoreKillTest, ChangesAreWholeOrNot) {
    {
        const auto store = open();
        ASSERT_NE(store, nullptr);
        const auto made = store->create_collection("c", model_schema());
        ASSERT_TRUE(made.is_ok()) << made.status().to_string();
        SplitMix random(1);
        std::vector<Point> points;
        for (uint64_t i = 0; i < 100; ++i) {
            points.push_back(random_model_point(random, 1000));
            points.back().id = i;
        }
        ASSERT_TRUE((*made)->write(upsert_points(std::move(points))).is_ok());
        ASSERT_TRUE((*made)->snapshot(path("s.tar"), no_progress()).is_ok());
    }
    const auto expect_killed = [&](const char* place, const char* change, const Names& left) {
        SCOPED_TRACE(std::string(change) + " " + place);
        ASSERT_TRUE(killed_at(place, change));
        ASSERT_NO_FATAL_FAILURE(expect_held(left));
    };
    expect_killed("catalog:before_add", "create", {"c"});
    expect_killed("catalog:before_write", "create", {"c"});
    expect_killed("catalog:after_write", "create", {"c", "n"});
    expect_killed("catalog:before_write", "drop", {"c", "n"});
    expect_killed("catalog:before_remove", "drop", {"c"});
    expect_killed("restore:before_rename", "restore", {"c"});
    expect_killed("restore:after_rename", "restore", {"c"});
    expect_killed("catalog:before_write", "restore", {"c"});
    expect_killed("catalog:after_write", "restore", {"c", "n"});
    {
        const auto store = open();
        ASSERT_NE(store, nullptr);
        EXPECT_EQ(count_points(*(*store->collection("n"))->version(), {}).value(), 100U);
    }
    const std::string old = slurp(path("s.tar"));
    for (const char* place : {"snapshot:before_checkpoint", "snapshot:after_checkpoint",
                              "snapshot:before_archive", "snapshot:before_publish"}) {
        expect_killed(place, "save", {"c", "n"});
        EXPECT_EQ(slurp(path("s.tar")), old) << place;
    }
    expect_killed("snapshot:after_publish", "save", {"c", "n"});
    EXPECT_FALSE(killed_at("no such place", "drop"));
    ASSERT_NO_FATAL_FAILURE(expect_held({"c"}));
}

}  // namespace
}  // namespace temblor::testing
