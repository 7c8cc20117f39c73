#include <map>
#include <optional>

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include "tests/faults/fault_test.h"
#include "tests/faults/faulty_rocks_env.h"

namespace temblor::testing {
namespace {

/// Batches of a few keys each; all keys of a batch get the same value, so that half a batch shows.
class RocksPowerLossTest : public FaultTest {
protected:
    static constexpr uint64_t kGroups = 40;
    static constexpr uint64_t kKeysInGroup = 5;

    static std::string key(uint64_t group, uint64_t i) {
        return std::to_string(group) + "/" + std::to_string(i);
    }

    rocksdb::Status open(rocksdb::Env& env) {
        rocksdb::Options options;
        options.env = &env;
        options.create_if_missing = true;
        options.paranoid_checks = true;
        options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
        options.write_buffer_size = 64 << 10;  // flushes and compactions happen too
        options.level0_file_num_compaction_trigger = 2;
        options.stats_dump_period_sec = 0;
        options.info_log_level = rocksdb::InfoLogLevel::ERROR_LEVEL;
        rocksdb::DB* db = nullptr;
        const rocksdb::Status status = rocksdb::DB::Open(options, on_disk("db"), &db);
        db_.reset(db);
        return status;
    }

    rocksdb::Status put(uint64_t group, const std::string& value, bool sync = true) {
        rocksdb::WriteBatch batch;
        for (uint64_t i = 0; i < kKeysInGroup; ++i) {
            const rocksdb::Status added = batch.Put(key(group, i), value);
            if (!added.ok()) return added;
        }
        rocksdb::WriteOptions options;
        options.sync = sync;
        return db_->Write(options, &batch);
    }

    /// The one value that all keys of the group have; "" for none.
    std::string group_value(uint64_t group) {
        std::optional<std::string> found;
        for (uint64_t i = 0; i < kKeysInGroup; ++i) {
            std::string value;
            const rocksdb::Status got = db_->Get({}, key(group, i), &value);
            EXPECT_TRUE(got.ok() || got.IsNotFound()) << got.ToString();
            EXPECT_TRUE(!found.has_value() || *found == value) << "half a batch in " << group;
            found = value;
        }
        return *found;
    }

    std::unique_ptr<rocksdb::DB> db_;
};

TEST_F(RocksPowerLossTest, AcknowledgedBatchesStayOthersAreWholeOrAbsent) {
    constexpr uint64_t kSeed = 20240611;
    SCOPED_TRACE("seed " + std::to_string(kSeed));
    SplitMix random(kSeed);
    start(kSeed);
    const auto env = make_faulty_env(plan_);
    ASSERT_TRUE(open(*env).ok());
    std::map<uint64_t, std::string> acknowledged;
    uint64_t serial = 0;
    uint64_t during_open = 0;
    for (int cycle = 0; cycle < 30; ++cycle) {
        SCOPED_TRACE("cycle " + std::to_string(cycle));
        plan_->lose_power_at(1 + random.below(cycle % 5 == 0 ? 30 : 1500));
        if (cycle % 5 == 0) {  // the power goes while it opens, or soon after
            db_.reset();
            if (!open(*env).ok()) ++during_open;
        }
        std::map<uint64_t, std::string> unknown;
        while (db_ != nullptr) {
            const uint64_t group = random.below(kGroups);
            const std::string value =
                std::to_string(++serial) + std::string(random.below(2000), 'v');
            if (put(group, value).ok()) {
                acknowledged[group] = value;
            } else {
                unknown[group] = value;
                break;
            }
        }
        plan_->lose_power();
        db_.reset();
        const Status applied = plan_->apply_power_loss();
        ASSERT_TRUE(applied.is_ok()) << applied.to_string();
        const rocksdb::Status opened = open(*env);
        ASSERT_TRUE(opened.ok()) << opened.ToString();
        for (uint64_t group = 0; group < kGroups; ++group) {
            const std::string value = group_value(group);
            const auto maybe = unknown.find(group);
            if (maybe != unknown.end() && value == maybe->second) {
                acknowledged[group] = value;
            }
            EXPECT_EQ(value, acknowledged.contains(group) ? acknowledged[group] : "")
                << "group " << group;
        }
    }
    EXPECT_GT(during_open, 0U);
    EXPECT_GT(serial, 1000U);
    db_.reset();
}

/// That the plan loses what was not synced is what the test above rests on.
TEST_F(RocksPowerLossTest, UnsyncedBatchesAreLost) {
    uint64_t lost = 0;
    for (uint64_t seed = 0; seed < 10; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        start(seed);
        const auto env = make_faulty_env(plan_);
        ASSERT_TRUE(open(*env).ok());
        ASSERT_TRUE(put(0, "synced").ok());
        ASSERT_TRUE(put(1, "not synced", false).ok());
        plan_->lose_power();
        db_.reset();
        ASSERT_TRUE(plan_->apply_power_loss().is_ok());
        ASSERT_TRUE(open(*env).ok());
        EXPECT_EQ(group_value(0), "synced");
        const std::string value = group_value(1);
        EXPECT_TRUE(value.empty() || value == "not synced");
        if (value.empty()) ++lost;
        db_.reset();
    }
    EXPECT_GT(lost, 0U);
    EXPECT_LT(lost, 10U);
}

}  // namespace
}  // namespace temblor::testing
