#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>

#include <gtest/gtest.h>
#include <rocksdb/env.h>

#include "data/splitmix.h"
#include "index/collection/store.h"
#include "tests/collection/collection_model.h"
#include "tests/data/test_files.h"
#include "tests/faults/faulty_file_system.h"
#include "tests/faults/faulty_rocks_env.h"

namespace temblor::testing {
namespace {

/// What a store should hold.
struct StoreModel {
    std::map<std::string, uint64_t> points;      ///< by collection
    std::map<std::string, std::string> aliases;  ///< alias -> collection
    bool operator==(const StoreModel&) const = default;
};

StoreModel state_of(const Store& store) {
    StoreModel state;
    for (const StoredCollection& c : store.collections()) {
        EXPECT_TRUE(c.error.is_ok()) << c.name << ": " << c.error.to_string();
        state.points[c.name] = c.collection == nullptr ? 0 : c.collection->version()->points;
    }
    for (const auto& [alias, name] : store.aliases()) state.aliases[alias] = name;
    return state;
}

/// A store on a disk that fails.
class StoreFaultsTest : public FolderTest {
protected:
    void start(uint64_t seed) {
        std::filesystem::create_directories(path("disk"));
        plan_ = std::make_shared<FaultPlan>(path("disk"), seed);
        files_ = std::make_unique<FaultyFileSystem>(plan_);
        env_ = make_faulty_env(plan_);
    }
    void stop() {
        env_.reset();
        files_.reset();
        plan_.reset();
    }
    static StoreOptions sound() {
        StoreOptions o;
        o.collection.background = false;
        o.collection.memtable_points = 20;
        o.collection.reserve_bytes = 0;
        o.collection.database.write_buffer_bytes = 256 << 10;
        return o;
    }
    StoreOptions faulty() {
        StoreOptions o = sound();
        o.collection.files = files_.get();
        o.collection.database.env = env_.get();
        return o;
    }
    [[nodiscard]] std::string data() const { return path("disk") + "/data"; }
    [[nodiscard]] std::string archive() const { return path("disk") + "/s.tar"; }

    /// One change at random, told to `after`. Whether it is acknowledged.
    Status step(Store& store, SplitMix& random, StoreModel& after) {
        const std::string name = "c" + std::to_string(random.below(4));
        const bool is_there = after.points.contains(name);
        switch (random.below(6)) {
            case 0:
            case 1:
                if (is_there) return drop(store, name, after);
                after.points[name] = 0;
                return store.create_collection(name, model_schema()).status();
            case 2:
                if (!is_there) return Status::ok();
                after.aliases["live"] = name;
                return store.change_aliases({SetAlias{"live", name}});
            case 3: {
                if (!is_there) return Status::ok();
                Point point = random_model_point(random, 100);
                point.id = after.points[name]++;
                return (*store.collection(name))->write(upsert_points({std::move(point)})).status();
            }
            default: {
                const std::string copy = name + "-copy";
                if (!is_there) return Status::ok();
                if (after.points.contains(copy)) return drop(store, copy, after);
                TEMBLOR_RETURN_IF_ERROR(
                    (*store.collection(name))->snapshot(archive(), no_progress()));
                after.points[copy] = after.points[name];
                return store.restore_collection(copy, archive(), no_progress()).status();
            }
        }
    }

    std::shared_ptr<FaultPlan> plan_;
    std::unique_ptr<FaultyFileSystem> files_;
    std::unique_ptr<rocksdb::Env> env_;

private:
    static Status drop(Store& store, const std::string& name, StoreModel& after) {
        after.points.erase(name);
        std::erase_if(after.aliases, [&](const auto& alias) { return alias.second == name; });
        return store.drop_collection(name);
    }
};

TEST_F(StoreFaultsTest, ChangesOutliveAPowerCutWholeOrNot) {
    const char* cuts = std::getenv("TEMBLOR_POWER_CUTS");
    const uint64_t last = cuts == nullptr ? 8 : std::stoull(cuts);
    for (uint64_t seed = 1; seed <= last && !HasFailure(); ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        start(seed);
        SplitMix random(seed);
        StoreModel before;
        StoreModel after;
        {
            auto store = Store::open(data(), faulty());
            ASSERT_TRUE(store.is_ok()) << store.status().to_string();
            plan_->lose_power_at(1 + random.below(1500));
            for (int i = 0; i < 60 && step(**store, random, after).is_ok(); ++i) before = after;
        }
        plan_->lose_power();
        env_.reset();
        files_.reset();
        ASSERT_TRUE(plan_->apply_power_loss().is_ok());
        plan_.reset();
        {
            const auto store = Store::open(data(), sound());
            ASSERT_TRUE(store.is_ok()) << store.status().to_string();
            const StoreModel found = state_of(**store);
            EXPECT_TRUE(found == before || found == after);
            size_t folders = 0;
            for (const auto& entry : std::filesystem::directory_iterator(data() + "/collections"))
                folders += entry.is_directory() ? 1 : 0;
            EXPECT_EQ(folders, found.points.size());
        }
        std::filesystem::remove_all(path("disk"));
    }
}

TEST_F(StoreFaultsTest, AFailedChangeIsSettledByTheNext) {
    for (uint64_t seed = 1; seed <= 4 && !HasFailure(); ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        start(seed);
        SplitMix random(seed);
        {
            auto opened = Store::open(data(), faulty());
            ASSERT_TRUE(opened.is_ok()) << opened.status().to_string();
            Store& store = **opened;
            StoreModel before;
            int failed = 0;
            for (int i = 0; i < 40; ++i) {
                if (i % 3 == 0) plan_->fail_sync(1 + random.below(4));
                if (i % 7 == 0) plan_->fail_write(1 + random.below(8));
                StoreModel after = before;
                const Status status = step(store, random, after);
                plan_->heal();
                if (!status.is_ok()) {
                    ++failed;
                    const Status settled = store.change_aliases({});
                    ASSERT_TRUE(settled.is_ok()) << settled.to_string();
                    // A collection settles when it is written to.
                    for (const StoredCollection& c : store.collections()) {
                        if (c.collection == nullptr) continue;
                        Result<WriteReceipt> written = c.collection->write(
                            delete_points(std::vector<DocumentId>{uint64_t{999'999}}));
                        ASSERT_TRUE(written.is_ok()) << written.status().to_string();
                    }
                    const StoreModel now = state_of(store);
                    ASSERT_TRUE(now == before || now == after) << status.to_string();
                    after = now;
                }
                before = after;
                ASSERT_TRUE(state_of(store) == before);
            }
            EXPECT_GT(failed, 0);
            opened = Status::cancelled("closed");
            auto again = Store::open(data(), faulty());
            ASSERT_TRUE(again.is_ok()) << again.status().to_string();
            EXPECT_TRUE(state_of(**again) == before);
        }
        stop();
        std::filesystem::remove_all(path("disk"));
    }
}

}  // namespace
}  // namespace temblor::testing
