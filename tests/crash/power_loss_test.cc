#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>

#include <gtest/gtest.h>
#include <rocksdb/env.h>

#include "query/collection/collection_reader.h"
#include "tests/crash/scripted_writes.h"
#include "tests/data/test_files.h"
#include "tests/faults/faulty_file_system.h"
#include "tests/faults/faulty_rocks_env.h"
#include "tests/sanitized.h"

namespace temblor::testing {
namespace {

/// A collection on a disk that fails.
class PowerLossTest : public FolderTest {
protected:
    void start(uint64_t seed) {
        std::filesystem::create_directories(path("disk"));
        plan_ = std::make_shared<FaultPlan>(path("disk"), seed);
        files_ = std::make_unique<FaultyFileSystem>(plan_);
        env_ = make_faulty_env(plan_);
    }
    CollectionOptions faulty() {
        CollectionOptions options = script_options();
        options.files = files_.get();
        options.database.env = env_.get();
        return options;
    }
    std::string folder() const { return path("disk") + "/c"; }

    std::shared_ptr<FaultPlan> plan_;
    std::unique_ptr<FaultyFileSystem> files_;
    std::unique_ptr<rocksdb::Env> env_;
};

TEST_F(PowerLossTest, NothingAcknowledgedIsLost) {
    const uint64_t cuts = from_environment("TEMBLOR_POWER_CUTS", all_or_some(30, 6));
    const uint64_t first_seed = from_environment("TEMBLOR_SEED", 1);
    DenseIndexes indexes;
    for (uint64_t cut = 0; cut < cuts && !HasFailure(); ++cut) {
        const uint64_t seed = first_seed + cut;
        SCOPED_TRACE("TEMBLOR_SEED=" + std::to_string(seed));
        start(seed);
        SplitMix random(seed);
        uint64_t acknowledged = 0;
        {
            // Without power nothing makes room for a write.
            CollectionOptions options = faulty();
            options.write_deadline = std::chrono::milliseconds(500);
            auto opened = Collection::create(folder(), model_schema(), options);
            ASSERT_TRUE(opened.is_ok()) << opened.status().to_string();
            plan_->lose_power_at(1 + random.below(900));
            while (acknowledged < 300 && run_scripted(**opened, seed, acknowledged).is_ok())
                ++acknowledged;
        }
        plan_->lose_power();
        env_.reset();
        files_.reset();
        ASSERT_TRUE(plan_->apply_power_loss().is_ok());
        plan_.reset();
        {
            auto opened = Collection::open(folder(), script_options());
            ASSERT_TRUE(opened.is_ok()) << opened.status().to_string();
            const DenseIndexes found =
                expect_dense_indexes(*(*opened)->version(), kScriptIndexedRows);
            indexes.hashed += found.hashed;
            indexes.graphs += found.graphs;
            (void)expect_scripted(**opened, seed, acknowledged, true);
        }
        std::filesystem::remove_all(path("disk"));
    }
    // On a busy machine the power may always go before the first segment.
    std::printf("%llu hashed segments, %llu graphs\n",
                static_cast<unsigned long long>(indexes.hashed),
                static_cast<unsigned long long>(indexes.graphs));
}

TEST_F(PowerLossTest, AFailedSyncIsNeverAcknowledgedAndWritesComeBack) {
    const uint64_t last = all_or_some(20, 8);
    for (uint64_t seed = 1; seed <= last && !HasFailure(); ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        start(seed);
        SplitMix random(seed);
        auto opened = Collection::create(folder(), model_schema(), faulty());
        ASSERT_TRUE(opened.is_ok()) << opened.status().to_string();
        uint64_t acknowledged = 0;
        if (seed % 2 == 0) {
            plan_->fail_sync(1 + random.below(300));
        } else {
            plan_->fail_write(1 + random.below(600));
        }
        Status failed;
        while (acknowledged < 400) {
            auto written = run_scripted(**opened, seed, acknowledged);
            if (!written.is_ok()) {
                failed = written.status();
                break;
            }
            ++acknowledged;
        }
        plan_->heal();
        uint64_t held = acknowledged;
        if (!failed.is_ok()) {
            // Reads go on; the next writes are refused until the database is opened anew in place,
            // which tells whether the failed write is there.
            EXPECT_EQ(count_points(*(*opened)->version(), {}).value(),
                      (*opened)->version()->points);
            Result<WriteReceipt> again = failed;
            for (int attempt = 0; attempt < 100 && !again.is_ok(); ++attempt) {
                std::this_thread::sleep_for(std::chrono::milliseconds(50));
                again = (*opened)->write(delete_points(std::vector<DocumentId>{}));
            }
            EXPECT_TRUE(again.is_ok()) << again.status().to_string();
            held = expect_scripted(**opened, seed, acknowledged, true);
            EXPECT_TRUE(run_scripted(**opened, seed, held).is_ok());
            ++held;
        }
        opened->reset();
        env_.reset();
        files_.reset();
        plan_.reset();
        auto after = Collection::open(folder(), script_options());
        ASSERT_TRUE(after.is_ok()) << after.status().to_string();
        (void)expect_scripted(**after, seed, held, false);
        after->reset();
        std::filesystem::remove_all(path("disk"));
    }
}

TEST_F(PowerLossTest, AFullDiskRefusesPointsTakesDeletesAndRecovers) {
    start(1);
    CollectionOptions options = faulty();
    options.reserve_bytes = 4 << 20;
    auto opened = Collection::create(folder(), model_schema(), options);
    ASSERT_TRUE(opened.is_ok()) << opened.status().to_string();
    plan_->set_space(6 << 20);
    uint64_t acknowledged = 0;
    Result<WriteReceipt> written = WriteReceipt{};
    while (acknowledged < 20'000) {
        written = run_scripted(**opened, 1, acknowledged);
        if (!written.is_ok()) break;
        ++acknowledged;
    }
    ASSERT_FALSE(written.is_ok());
    EXPECT_ERROR(written, StatusCode::kResourceExhausted, "disk nearly full");
    EXPECT_GT(acknowledged, 100U);
    EXPECT_GT((*opened)->stats().refused_writes, 0U);
    // Reads and deletes go on.
    (void)expect_scripted(**opened, 1, acknowledged, false);
    EXPECT_TRUE((*opened)->write(delete_points(std::vector<DocumentId>{uint64_t{0}})).is_ok());
    plan_->set_space(std::nullopt);
    EXPECT_TRUE(run_scripted(**opened, 1, acknowledged).is_ok());
    opened->reset();
}

}  // namespace
}  // namespace temblor::testing
