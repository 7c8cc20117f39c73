#include "tests/faults/fault_plan.h"

#include <functional>
#include <set>
#include <thread>

#include "tests/faults/fault_test.h"

namespace temblor::testing {
namespace {

class FaultPlanTest : public FaultTest {
protected:
    std::unique_ptr<WritableFile> written(const std::string& name, std::string_view text) {
        auto file = files_->create(on_disk(name));
        EXPECT_TRUE(file.is_ok()) << file.status().to_string();
        EXPECT_TRUE(file.value()->write_at(0, bytes(text)).is_ok());
        return std::move(file).value();
    }
    void durable(const std::string& name, std::string_view text) {
        const auto file = written(name, text);
        ASSERT_TRUE(file->sync().is_ok());
        ASSERT_TRUE(file->publish().is_ok());
        ASSERT_TRUE(files_->sync_folder(folder_of(on_disk(name))).is_ok());
    }
    /// What 60 power losses after `act` leave, each as `look` tells it.
    std::set<std::string> outcomes(const std::function<void()>& act,
                                   const std::function<std::string()>& look) {
        std::set<std::string> seen;
        for (uint64_t seed = 0; seed < 60; ++seed) {
            start(seed);
            act();
            lose_power();
            seen.insert(look());
        }
        return seen;
    }
    std::string a_and_b() const { return content("a") + " " + content("b"); }
};

using Set = std::set<std::string>;

TEST_F(FaultPlanTest, WhatIsSyncedStays) {
    EXPECT_EQ(outcomes([&] { durable("a", "one"); }, [&] { return content("a"); }), Set{"one"});
}

TEST_F(FaultPlanTest, UnsyncedBytesAreDroppedOrTorn) {
    const auto act = [&] {
        const auto file = written("a", "ab");
        ASSERT_TRUE(file->sync().is_ok());
        ASSERT_TRUE(file->publish().is_ok());
        ASSERT_TRUE(file->write_at(2, bytes("cd")).is_ok());
        ASSERT_TRUE(files_->sync_folder(path("disk")).is_ok());
    };
    const auto look = [&] { return content("a"); };
    EXPECT_EQ(outcomes(act, look), (Set{"ab", "abc", "abcd"}));
    const auto with_zeros = [&] {
        plan_->set_zeros(true);
        act();
    };
    const Set seen = outcomes(with_zeros, look);
    EXPECT_TRUE(seen.contains(std::string("abc\0", 4)));
    EXPECT_TRUE(seen.contains(std::string("ab\0\0", 4)));
}

TEST_F(FaultPlanTest, WritesOverSyncedBytesMayBeUndone) {
    const auto act = [&] {
        const auto file = written("a", "abcd");
        ASSERT_TRUE(file->sync().is_ok());
        ASSERT_TRUE(file->publish().is_ok());
        ASSERT_TRUE(files_->sync_folder(path("disk")).is_ok());
        ASSERT_TRUE(file->write_at(1, bytes("XY")).is_ok());
    };
    EXPECT_EQ(outcomes(act, [&] { return content("a"); }), (Set{"abcd", "aXcd", "aXYd"}));
}

TEST_F(FaultPlanTest, WhatAFailedSyncLostNoLaterSyncSaves) {
    const auto act = [&] {
        const auto file = written("a", "ab");
        plan_->fail_sync(1);
        EXPECT_FALSE(file->sync().is_ok());
        ASSERT_TRUE(file->write_at(2, bytes("cd")).is_ok());
        ASSERT_TRUE(file->sync().is_ok());
        ASSERT_TRUE(file->publish().is_ok());
        ASSERT_TRUE(files_->sync_folder(path("disk")).is_ok());
    };
    const Set seen = outcomes(act, [&] { return content("a"); });
    EXPECT_EQ(seen, (Set{std::string("\0\0cd", 4), std::string("a\0cd", 4), "abcd"}));
}

TEST_F(FaultPlanTest, NamesWithoutASyncOfTheirFolderComeAndGo) {
    const auto create = [&] {
        const auto file = written("a", "one");
        ASSERT_TRUE(file->sync().is_ok());
        ASSERT_TRUE(file->publish().is_ok());
    };
    EXPECT_EQ(outcomes(create, [&] { return content("a"); }), (Set{"-", "one"}));

    const auto rename = [&] {
        durable("a", "one");
        durable("b", "two");
        ASSERT_TRUE(files_->rename(on_disk("a"), on_disk("b")).is_ok());
    };
    EXPECT_EQ(outcomes(rename, [&] { return a_and_b(); }), (Set{"one two", "- one"}));

    const auto link = [&] {
        durable("a", "one");
        ASSERT_TRUE(files_->link(on_disk("a"), on_disk("b")).is_ok());
        ASSERT_TRUE(files_->remove(on_disk("a")).is_ok());
    };
    EXPECT_EQ(outcomes(link, [&] { return a_and_b(); }), (Set{"one -", "one one", "- one"}));

    const auto remove = [&] {
        durable("a", "one");
        ASSERT_TRUE(files_->remove(on_disk("a")).is_ok());
        EXPECT_EQ(content("a"), "-");
    };
    EXPECT_EQ(outcomes(remove, [&] { return content("a"); }), (Set{"-", "one"}));

    const auto removed_for_good = [&] {
        remove();
        ASSERT_TRUE(files_->sync_folder(path("disk")).is_ok());
    };
    EXPECT_EQ(outcomes(removed_for_good, [&] { return content("a"); }), Set{"-"});
}

TEST_F(FaultPlanTest, Folders) {
    const auto unsynced = [&] {
        ASSERT_TRUE(files_->make_folder(on_disk("f")).is_ok());
        durable("f/a", "one");
    };
    const auto look = [&] { return content("f/a") + " " + content("g/a"); };
    EXPECT_EQ(outcomes(unsynced, look), (Set{"- -", "one -"}));

    const auto moved = [&] {
        ASSERT_TRUE(files_->create_folders(on_disk("f")).is_ok());
        durable("f/a", "one");
        ASSERT_TRUE(files_->rename(on_disk("f"), on_disk("g")).is_ok());
    };
    EXPECT_EQ(outcomes(moved, look), (Set{"one -", "- one"}));

    const auto removed = [&] {
        ASSERT_TRUE(files_->create_folders(on_disk("f/h")).is_ok());
        durable("f/a", "one");
        ASSERT_TRUE(files_->remove_tree(on_disk("f")).is_ok());
        ASSERT_TRUE(files_->sync_folder(path("disk")).is_ok());
    };
    const auto any = [&] { return std::to_string(std::filesystem::exists(on_disk("f"))); };
    EXPECT_EQ(outcomes(removed, any), Set{"0"});
}

TEST_F(FaultPlanTest, AfterThePowerIsLostNothingHappens) {
    start(1);
    durable("a", "one");
    const auto file = written("b", "two");
    plan_->lose_power();
    EXPECT_TRUE(plan_->power_lost());
    EXPECT_ERROR(file->write_at(0, bytes("x")), StatusCode::kIoError);
    EXPECT_ERROR(file->sync(), StatusCode::kIoError);
    EXPECT_ERROR(file->publish(), StatusCode::kIoError);
    EXPECT_ERROR(files_->create(on_disk("c")), StatusCode::kIoError);
    EXPECT_ERROR(files_->remove(on_disk("a")), StatusCode::kIoError);
    EXPECT_ERROR(files_->list(path("disk")), StatusCode::kIoError);
    EXPECT_ERROR(files_->map(on_disk("a")), StatusCode::kIoError);
    ASSERT_TRUE(plan_->apply_power_loss().is_ok());
    EXPECT_EQ(a_and_b(), "one -");
    durable("b", "two");
    EXPECT_EQ(a_and_b(), "one two");
    EXPECT_ERROR(plan_->apply_power_loss(), StatusCode::kInternal);
}

TEST_F(FaultPlanTest, SpaceIsCountedAndCanBeRaised) {
    start(1);
    plan_->set_space(5);
    const auto file = written("a", "abc");
    EXPECT_EQ(files_->free_bytes(path("disk")).value(), 2U);
    EXPECT_ERROR(file->write_at(3, bytes("def")), StatusCode::kResourceExhausted, on_disk("a"));
    EXPECT_EQ(files_->free_bytes(path("disk")).value(), 0U);
    plan_->set_space(1);
    EXPECT_TRUE(file->write_at(5, bytes("f")).is_ok());
    ASSERT_TRUE(file->publish().is_ok());
    EXPECT_EQ(content("a"), "abcdef");
}

TEST_F(FaultPlanTest, ThreadsShareAPlan) {
    start(1);
    plan_->lose_power_at(200);
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&, t] {
            for (int i = 0; i < 30; ++i) {
                const std::string name = std::to_string(t) + "-" + std::to_string(i);
                auto file = files_->create(on_disk(name));
                if (!file.is_ok() || !file.value()->write_at(0, bytes(name)).is_ok()) return;
                if (!file.value()->sync().is_ok() || !file.value()->publish().is_ok()) return;
            }
        });
    }
    threads.clear();
    EXPECT_TRUE(plan_->power_lost());
    ASSERT_TRUE(plan_->apply_power_loss().is_ok());
    for (const auto& entry : std::filesystem::directory_iterator(path("disk"))) {
        EXPECT_EQ(slurp(entry.path().string()), entry.path().filename().string());
    }
}

}  // namespace
}  // namespace temblor::testing
