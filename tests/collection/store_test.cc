#include "index/collection/store.h"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include <gtest/gtest.h>

#include "data/splitmix.h"
#include "query/collection/collection_reader.h"
#include "tests/collection/collection_model.h"
#include "tests/data/test_files.h"

namespace temblor::testing {
namespace {

namespace fs = std::filesystem;

class StoreTest : public FolderTest {
protected:
    static StoreOptions options() {
        StoreOptions o;
        o.collection.memtable_points = 50;
        o.collection.background = false;
        o.collection.database.write_buffer_bytes = 256 << 10;
        return o;
    }
    void open() {
        store_.reset();
        auto opened = Store::open(path("data"), options());
        ASSERT_TRUE(opened.is_ok()) << opened.status().to_string();
        store_ = std::move(opened).value();
    }
    void create(const std::string& name, uint64_t points = 0) {
        const auto made = store_->create_collection(name, model_schema());
        ASSERT_TRUE(made.is_ok()) << made.status().to_string();
        fill(**made, points);
    }
    void fill(Collection& collection, uint64_t points) {
        if (points == 0) return;
        std::vector<Point> all;
        for (uint64_t i = 0; i < points; ++i) {
            all.push_back(random_model_point(random_, 1000));
            all.back().id = i;
        }
        ASSERT_TRUE(collection.write(upsert_points(std::move(all))).is_ok());
    }
    [[nodiscard]] std::vector<std::string> listed() const {
        std::vector<std::string> names;
        for (const StoredCollection& c : store_->collections()) names.push_back(c.name);
        return names;
    }
    [[nodiscard]] uint64_t points(const std::string& name) const {
        const auto found = store_->collection(name);
        return found.is_ok() ? (*found)->version()->points : UINT64_MAX;
    }
    [[nodiscard]] std::vector<std::string> folders() const {
        std::vector<std::string> names;
        for (const auto& entry : fs::directory_iterator(path("data/collections")))
            names.push_back(entry.path().filename());
        std::ranges::sort(names);
        return names;
    }
    using Names = std::vector<std::string>;
    using Aliases = std::vector<std::pair<std::string, std::string>>;

    SplitMix random_{7};
    std::unique_ptr<Store> store_;
};

TEST_F(StoreTest, CollectionsOutliveReopening) {
    ASSERT_NO_FATAL_FAILURE(open());
    EXPECT_EQ(listed(), Names());
    ASSERT_NO_FATAL_FAILURE(create("b", 120));
    ASSERT_NO_FATAL_FAILURE(create("a", 3));
    ASSERT_NO_FATAL_FAILURE(create("c"));
    for (int i = 0; i < 2; ++i) {
        EXPECT_EQ(listed(), (Names{"a", "b", "c"}));
        EXPECT_EQ(points("b"), 120U);
        EXPECT_EQ(points("a"), 3U);
        EXPECT_EQ((*store_->collection("c"))->version()->schema->to_json(),
                  model_schema().to_json());
        EXPECT_ERROR(store_->collection("d"), StatusCode::kNotFound, "\"d\"");
        EXPECT_ERROR(store_->create_collection("a", {}), StatusCode::kAlreadyExists, "\"a\"");
        ASSERT_NO_FATAL_FAILURE(open());
    }
    EXPECT_TRUE(store_->drop_collection("b").is_ok());
    EXPECT_ERROR(store_->drop_collection("b"), StatusCode::kNotFound, "\"b\"");
    EXPECT_EQ(listed(), (Names{"a", "c"}));
    EXPECT_EQ(folders(), (Names{"2", "3"}));
    ASSERT_NO_FATAL_FAILURE(create("b", 1));
    ASSERT_NO_FATAL_FAILURE(open());
    EXPECT_EQ(points("b"), 1U);
}

TEST_F(StoreTest, NamesAreChecked) {
    ASSERT_NO_FATAL_FAILURE(open());
    for (const std::string& name :
         {std::string(), std::string(256, 'x'), std::string("a/b"), std::string("a\nb"),
          std::string("a\0b", 3), std::string("\x7F"), std::string("\xFF")}) {
        EXPECT_ERROR(store_->create_collection(name, model_schema()), StatusCode::kInvalidArgument,
                     "collection \"");
        EXPECT_ERROR(store_->change_aliases({SetAlias{name, "x"}}), StatusCode::kInvalidArgument,
                     "alias \"");
    }
    Schema broken;
    broken.dense["v"].size = 0;
    EXPECT_ERROR(store_->create_collection("x", broken), StatusCode::kInvalidArgument, "v");
    EXPECT_EQ(folders(), Names());
    // Names are no paths.
    for (const std::string& name :
         {std::string(".."), std::string("."), std::string("../x"), std::string(255, 'x'),
          std::string("日本 語"), std::string("con:\\*?\"'")}) {
        if (name.find('/') != std::string::npos) continue;
        ASSERT_NO_FATAL_FAILURE(create(name));
    }
    EXPECT_EQ(folders().size(), listed().size());
    ASSERT_NO_FATAL_FAILURE(open());
    EXPECT_EQ(listed().size(), 5U);
    EXPECT_EQ(names(), (Names{"data"}));
}

TEST_F(StoreTest, AliasesChangeTogether) {
    ASSERT_NO_FATAL_FAILURE(open());
    ASSERT_NO_FATAL_FAILURE(create("one", 1));
    ASSERT_NO_FATAL_FAILURE(create("two", 2));
    ASSERT_TRUE(store_->change_aliases({SetAlias{"live", "one"}, SetAlias{"next", "two"}}).is_ok());
    EXPECT_EQ(points("live"), 1U);
    // Swap through a third name, in one step.
    ASSERT_TRUE(store_
                    ->change_aliases({RenameAlias{"live", "t"}, RenameAlias{"next", "live"},
                                      RenameAlias{"t", "next"}})
                    .is_ok());
    EXPECT_EQ(store_->aliases(), (Aliases{{"live", "two"}, {"next", "one"}}));
    ASSERT_NO_FATAL_FAILURE(open());
    EXPECT_EQ(store_->aliases(), (Aliases{{"live", "two"}, {"next", "one"}}));
    EXPECT_EQ(points("live"), 2U);

    const Aliases before = store_->aliases();
    const auto refused = [&](StatusCode code, const AliasChange& bad, const char* part) {
        EXPECT_ERROR(store_->change_aliases({DeleteAlias{"live"}, SetAlias{"x", "one"}, bad}), code,
                     part);
        EXPECT_EQ(store_->aliases(), before);
    };
    refused(StatusCode::kNotFound, DeleteAlias{"live"}, "live");
    refused(StatusCode::kNotFound, SetAlias{"y", "none"}, "none");
    refused(StatusCode::kNotFound, SetAlias{"y", "next"}, "next");
    refused(StatusCode::kAlreadyExists, SetAlias{"two", "one"}, "two");
    refused(StatusCode::kNotFound, RenameAlias{"none", "y"}, "none");
    refused(StatusCode::kAlreadyExists, RenameAlias{"next", "x"}, "x");
    refused(StatusCode::kAlreadyExists, RenameAlias{"next", "one"}, "one");
    EXPECT_ERROR(store_->create_collection("live", model_schema()), StatusCode::kAlreadyExists,
                 "alias");
    EXPECT_ERROR(store_->drop_collection("live"), StatusCode::kNotFound, "live");
    ASSERT_TRUE(store_->drop_collection("two").is_ok());
    EXPECT_EQ(store_->aliases(), (Aliases{{"next", "one"}}));
    EXPECT_EQ(store_->collections().front().aliases, Names{"next"});
    ASSERT_NO_FATAL_FAILURE(open());
    EXPECT_EQ(store_->aliases(), (Aliases{{"next", "one"}}));
}

TEST_F(StoreTest, ConcurrentReadersSeeOneSideOfASwap) {
    ASSERT_NO_FATAL_FAILURE(open());
    ASSERT_NO_FATAL_FAILURE(create("one", 1));
    ASSERT_NO_FATAL_FAILURE(create("two", 2));
    ASSERT_TRUE(store_->change_aliases({SetAlias{"a", "one"}, SetAlias{"b", "two"}}).is_ok());
    std::atomic<bool> stop = false;
    std::thread reader([&] {
        while (!stop) {
            const auto now = store_->aliases();
            ASSERT_EQ(now.size(), 2U);
            ASSERT_NE(now[0].second, now[1].second);
            ASSERT_LE(points("a"), 2U);
        }
    });
    for (int i = 0; i < 50; ++i) {
        const bool even = i % 2 == 0;
        ASSERT_TRUE(store_
                        ->change_aliases({SetAlias{"a", even ? "two" : "one"},
                                          SetAlias{"b", even ? "one" : "two"}})
                        .is_ok());
    }
    // Names are given once, whoever asks.
    std::atomic<int> made = 0;
    std::vector<std::thread> makers;
    for (int t = 0; t < 4; ++t) {
        makers.emplace_back([&] {
            if (store_->create_collection("same", model_schema()).is_ok()) ++made;
        });
    }
    for (std::thread& t : makers) t.join();
    stop = true;
    reader.join();
    EXPECT_EQ(made, 1);
    EXPECT_EQ(folders().size(), 3U);
}

TEST_F(StoreTest, DroppedFilesStayForReaders) {
    ASSERT_NO_FATAL_FAILURE(open());
    ASSERT_NO_FATAL_FAILURE(create("c", 200));
    ASSERT_TRUE((*store_->collection("c"))->optimize().is_ok());
    auto held = *store_->collection("c");
    std::shared_ptr<const Version> version = held->version();
    ASSERT_TRUE(store_->drop_collection("c").is_ok());
    EXPECT_EQ(folders(), Names{"1"});
    held.reset();
    EXPECT_EQ(folders(), Names{"1"});
    const auto page = scroll_points(*version, {}, 1000, {});
    ASSERT_TRUE(page.is_ok()) << page.status().to_string();
    EXPECT_EQ(page->points.size(), 200U);
    version.reset();
    EXPECT_EQ(folders(), Names());
}

TEST_F(StoreTest, ADamagedCollectionLeavesTheOthersAlone) {
    ASSERT_NO_FATAL_FAILURE(open());
    ASSERT_NO_FATAL_FAILURE(create("bad", 200));
    ASSERT_NO_FATAL_FAILURE(create("good", 10));
    ASSERT_NO_FATAL_FAILURE(create("gone", 10));
    store_.reset();
    std::ofstream(path("data/collections/1/db/CURRENT"), std::ios::trunc) << "MANIFEST-999999\n";
    fs::remove_all(path("data/collections/3"));
    ASSERT_NO_FATAL_FAILURE(open());
    EXPECT_EQ(listed(), (Names{"bad", "gone", "good"}));
    EXPECT_EQ(points("good"), 10U);
    EXPECT_FALSE(store_->collections()[0].error.is_ok());
    EXPECT_FALSE(store_->collection("bad").is_ok());
    EXPECT_ERROR(store_->collection("gone"), StatusCode::kCorruption, "gone", "no collection here");
    EXPECT_ERROR(store_->create_collection("bad", model_schema()), StatusCode::kAlreadyExists,
                 "bad");
    {
        const auto held = *store_->collection("good");
        EXPECT_ERROR(store_->salvage_collection("good", no_progress()),
                     StatusCode::kInvalidArgument, "good", "in use");
    }
    // Harmless to one that is whole.
    EXPECT_EQ(store_->salvage_collection("good", no_progress()).value().points, 10U);
    EXPECT_EQ(points("good"), 10U);
    const auto report = store_->salvage_collection("bad", no_progress());
    ASSERT_TRUE(report.is_ok()) << report.status().to_string();
    EXPECT_EQ(report->points, 200U);
    ASSERT_TRUE((*store_->collection("bad"))->optimize().is_ok());
    std::vector<std::string> findings;
    ASSERT_TRUE((*store_->collection("bad"))->check(no_progress(), findings).is_ok());
    EXPECT_EQ(findings, Names());
    EXPECT_EQ((*store_->collection("bad"))->stats().unindexed_points, 0U);
    EXPECT_TRUE(store_->drop_collection("gone").is_ok());
    ASSERT_NO_FATAL_FAILURE(open());
    EXPECT_EQ(listed(), (Names{"bad", "good"}));
    EXPECT_EQ(points("bad"), 200U);
}

TEST_F(StoreTest, SalvagedPointsAreTheModels) {
    ASSERT_NO_FATAL_FAILURE(open());
    ASSERT_NO_FATAL_FAILURE(create("c"));
    CollectionModel model;
    for (int i = 0; i < 60; ++i) {
        std::vector<Point> some{random_model_point(random_, 80), random_model_point(random_, 80)};
        ASSERT_TRUE((*store_->collection("c"))->write(upsert_points(some)).is_ok());
        model.upsert(some);
        if (i % 7 == 0) {
            const std::vector<DocumentId> ids{random_id(random_, 80)};
            ASSERT_TRUE((*store_->collection("c"))->write(delete_points(ids)).is_ok());
            model.erase(ids);
        }
    }
    store_.reset();
    for (const auto& entry : fs::directory_iterator(path("data/collections/1/db"))) {
        if (entry.path().filename().string().starts_with("MANIFEST")) fs::remove(entry.path());
    }
    ASSERT_NO_FATAL_FAILURE(open());
    ASSERT_FALSE(store_->collection("c").is_ok());
    const auto report = store_->salvage_collection("c", no_progress());
    ASSERT_TRUE(report.is_ok()) << report.status().to_string();
    EXPECT_EQ(report->dropped, 0U);
    EXPECT_FALSE(report->schema_lost);
    for (int i = 0; i < 2; ++i) {
        const auto collection = *store_->collection("c");
        ASSERT_TRUE(collection->optimize().is_ok());
        ASSERT_NO_FATAL_FAILURE(model.expect_same(*collection->version(), random_, 80));
        std::vector<std::string> findings;
        ASSERT_TRUE(collection->check(no_progress(), findings).is_ok());
        EXPECT_EQ(findings, Names());
    }
}

TEST_F(StoreTest, ASecondProcessIsToldSo) {
    ASSERT_NO_FATAL_FAILURE(open());
    ASSERT_NO_FATAL_FAILURE(create("c", 5));
    EXPECT_ERROR(Store::open(path("data"), options()), StatusCode::kIoError,
                 "in use by another process", "data");
    EXPECT_ERROR(Store::rebuild_catalog(path("data"), options()), StatusCode::kIoError,
                 "in use by another process");
    EXPECT_EQ(points("c"), 5U);
}

TEST_F(StoreTest, ALostCatalogIsMadeAnew) {
    ASSERT_NO_FATAL_FAILURE(open());
    ASSERT_NO_FATAL_FAILURE(create("a", 5));
    ASSERT_NO_FATAL_FAILURE(create("b", 6));
    store_.reset();
    EXPECT_ERROR(Store::rebuild_catalog(path("data"), options()), StatusCode::kInvalidArgument,
                 "whole");
    fs::remove_all(path("data/catalog"));
    EXPECT_ERROR(Store::open(path("data"), options()), StatusCode::kCorruption, "catalog");
    EXPECT_EQ(folders(), (Names{"1", "2"}));
    // A copy of one that says the same name, and one that says none.
    fs::copy(path("data/collections/1"), path("data/collections/10"), fs::copy_options::recursive);
    fs::copy(path("data/collections/1"), path("data/collections/9"), fs::copy_options::recursive);
    fs::remove(path("data/collections/9/collection.json"));
    const auto rebuilt = Store::rebuild_catalog(path("data"), options());
    ASSERT_TRUE(rebuilt.is_ok()) << rebuilt.status().to_string();
    EXPECT_EQ(*rebuilt, (Names{"a", "a (1)", "b", "collection (9)"}));
    ASSERT_NO_FATAL_FAILURE(open());
    EXPECT_EQ(listed(), *rebuilt);
    EXPECT_EQ(points("a (1)"), 5U);
    EXPECT_EQ(points("b"), 6U);
}

TEST_F(StoreTest, RestoresUnderAnyName) {
    ASSERT_NO_FATAL_FAILURE(open());
    ASSERT_NO_FATAL_FAILURE(create("c", 120));
    ASSERT_TRUE((*store_->collection("c"))->snapshot(path("s.tar"), no_progress()).is_ok());
    EXPECT_ERROR(store_->restore_collection("c", path("s.tar"), no_progress()),
                 StatusCode::kAlreadyExists, "\"c\"");
    {
        const auto copy = store_->restore_collection("copy", path("s.tar"), no_progress());
        ASSERT_TRUE(copy.is_ok()) << copy.status().to_string();
    }
    EXPECT_EQ(points("copy"), 120U);
    std::string bytes = slurp(path("s.tar"));
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
    file("bad.tar", bytes);
    EXPECT_ERROR(store_->restore_collection("bad", path("bad.tar"), no_progress()),
                 StatusCode::kCorruption, "bad.tar");
    EXPECT_EQ(folders().size(), 2U);
    ASSERT_NO_FATAL_FAILURE(open());
    EXPECT_EQ(listed(), (Names{"c", "copy"}));
    EXPECT_EQ(points("copy"), 120U);
}

}  // namespace
}  // namespace temblor::testing
