#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "index/collection/store.h"
#include "tests/collection/collection_model.h"
#include "tests/crash/store_answers.h"
#include "tests/data/test_files.h"

namespace temblor::testing {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kLeftOverPool = 300;

/// A store in whose folder things lie that a crash, or somebody, left there.
class LeftOversTest : public FolderTest {
protected:
    [[nodiscard]] std::unique_ptr<Store> open() const {
        StoreOptions options;
        options.collection.reserve_bytes = 0;
        auto opened = Store::open(path("data"), options);
        EXPECT_TRUE(opened.is_ok()) << opened.status().to_string();
        return opened.is_ok() ? std::move(opened).value() : nullptr;
    }
    [[nodiscard]] std::string place(const std::string& name) const { return path("data/" + name); }
    void put_file(const std::string& name) const {
        fs::create_directories(fs::path(place(name)).parent_path());
        std::ofstream(place(name)) << "junk of " << name << std::string(5000, 'x');
    }
    /// What the collection answers, which must be all of it.
    static std::vector<Result<std::string>> answers(const Store& store) {
        const auto c = store.collection("c");
        EXPECT_TRUE(c.is_ok()) << c.status().to_string();
        if (!c.is_ok()) return {};
        const Status idle = (*c)->wait_idle();
        EXPECT_TRUE(idle.is_ok()) << idle.to_string();
        EXPECT_EQ((*c)->stats().damaged, std::vector<std::string>());
        std::vector<std::string> findings;
        const Status checked = (*c)->check(no_progress(), findings);
        EXPECT_TRUE(checked.is_ok()) << checked.to_string();
        EXPECT_EQ(findings, std::vector<std::string>());
        auto all = all_answers(*(*c)->version(), kLeftOverPool);
        EXPECT_TRUE(first_error(all).is_ok());
        return all;
    }
};

TEST_F(LeftOversTest, AreRemovedWhereTheyAreOursAndNeverInTheWay) {
    std::vector<Result<std::string>> right;
    {
        const auto store = open();
        ASSERT_NE(store, nullptr);
        const auto made = store->create_collection("c", model_schema());
        ASSERT_TRUE(made.is_ok()) << made.status().to_string();
        SplitMix random(1);
        std::vector<Point> points;
        for (int i = 0; i < 300; ++i) points.push_back(random_model_point(random, kLeftOverPool));
        ASSERT_TRUE((*made)->write(upsert_points(std::move(points))).is_ok());
        ASSERT_TRUE((*made)->flush().is_ok());
        right = answers(*store);
    }
    const std::string c = "collections/1/";
    std::string segment;
    for (const auto& entry : fs::directory_iterator(place(c + "segments")))
        segment = c + "segments/" + entry.path().filename().string() + "/";
    ASSERT_FALSE(segment.empty());

    // Everything of these goes.
    const std::vector<std::string> ours{
        "catalog.new",          "collections/77",     "collections/007",  "collections/some one",
        "collections/file.tmp", "collections/9",      c + "segments/99",  c + "segments/97",
        c + "segments/name",    c + "segments/1.tmp", c + "snapshot.tmp", c + "bulk",
        c + "segments/-1",      c + "segments/00",    c + "segments/1e3",
    };
    put_file("catalog.new/MANIFEST-000001");
    put_file("collections/77/db/CURRENT");
    put_file("collections/77/segments/1/points.tbl");
    fs::create_directories(place("collections/007"));
    put_file("collections/some one/collection.json");
    put_file("collections/file.tmp");
    put_file("collections/9");
    put_file(c + "segments/99/points.tbl");
    fs::create_directories(place(c + "segments/97"));
    put_file(c + "segments/name/x");
    put_file(c + "segments/1.tmp");
    put_file(c + "snapshot.tmp/db/CURRENT");
    put_file(c + "snapshot.tmp/segments/1/points.tbl");
    put_file(c + "bulk/000.sst");
    fs::create_directories(place(c + "segments/-1"));
    put_file(c + "segments/00/points.tbl");
    put_file(c + "segments/1e3");
    // These may stay.
    put_file("stray.tmp");
    put_file("unknown/folder/file");
    put_file("catalog/LOCK");
    put_file("catalog/stray.tmp");
    put_file("catalog/MARK.new");
    put_file("catalog/000900.dbtmp");
    fs::create_directories(place("catalog.damaged"));
    put_file(c + "db/LOCK");
    put_file(c + "db/LOG.old.1");
    put_file(c + "db/000900.sst");
    put_file(c + "db/OPTIONS-000900");
    put_file(c + "db/MARK.new");
    put_file(c + ".collection.json-1.tmp");
    put_file(c + "unknown/file");
    put_file(c + "quarantine/1/points.tbl");
    put_file(c + "quarantine/junk");
    put_file(segment + "points.tbl.tmp");
    put_file(segment + "payload-0123456789abcdef.tbl");
    fs::create_directories(place(segment + "folder"));

    for (int i = 0; i < 2; ++i) {
        const auto store = open();
        ASSERT_NE(store, nullptr);
        EXPECT_EQ(store->collections().size(), 1U);
        const auto found = answers(*store);
        ASSERT_EQ(found.size(), right.size());
        EXPECT_TRUE(agree(found, right));
        for (const std::string& name : ours) EXPECT_FALSE(fs::exists(place(name))) << name;
        // The numbers that were taken do no harm to what comes.
        const auto made = store->create_collection("n" + std::to_string(i), model_schema());
        ASSERT_TRUE(made.is_ok()) << made.status().to_string();
        ASSERT_TRUE(store->drop_collection("n" + std::to_string(i)).is_ok());
        const Status optimized = (*store->collection("c"))->optimize();
        EXPECT_TRUE(optimized.is_ok()) << optimized.to_string();
    }
}

}  // namespace
}  // namespace temblor::testing
