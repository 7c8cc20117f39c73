#include <set>

#include "data/io/atomic_file.h"
#include "tests/faults/fault_test.h"

namespace temblor::testing {
namespace {

const std::string kOld(3000, 'o');

/// Several writes: some through the buffer, some past it, and a header at the end.
std::string new_content() {
    std::string text = "HEAD";
    for (size_t i = 0; i < 2'000'000; ++i) text += static_cast<char>('a' + i % 23);
    return text;
}

class AtomicFileFaultsTest : public FaultTest {
protected:
    void start_with_old(uint64_t seed) {
        start(seed);
        const Status written = write(kOld);
        ASSERT_TRUE(written.is_ok()) << written.to_string();
    }
    Status write(std::string_view text) {
        TEMBLOR_ASSIGN_OR_RETURN(auto file, AtomicFile::create(on_disk("a"), *files_));
        const std::string_view rest = text.substr(4);
        TEMBLOR_RETURN_IF_ERROR(file->write(bytes("....")));
        TEMBLOR_RETURN_IF_ERROR(file->write(bytes(rest.substr(0, rest.size() / 5))));
        TEMBLOR_RETURN_IF_ERROR(file->write(bytes(rest.substr(rest.size() / 5))));
        TEMBLOR_RETURN_IF_ERROR(file->write_at(0, bytes(text.substr(0, 4))));
        return file->commit();
    }
    /// Names in the disk's folder.
    size_t files() const {
        return static_cast<size_t>(
            std::distance(std::filesystem::directory_iterator(path("disk")), {}));
    }

    const std::string new_ = new_content();
};

TEST_F(AtomicFileFaultsTest, OldOrNewAfterPowerIsLostAtAnyOperation) {
    start_with_old(0);
    const uint64_t before = plan_->operations();
    ASSERT_TRUE(write(new_).is_ok());
    const uint64_t operations = plan_->operations() - before;
    std::set<bool> seen;
    for (uint64_t seed = 0; seed < 30; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        start_with_old(seed);
        plan_->set_zeros(true);
        plan_->lose_power_at(1 + seed % (operations + 1));
        const Status written = write(new_);
        lose_power();
        const std::string found = content("a");
        if (written.is_ok()) {
            EXPECT_TRUE(found == new_);
        }
        EXPECT_TRUE(found == kOld || found == new_) << found.size() << " bytes";
        EXPECT_EQ(files(), 1U);
        seen.insert(found == new_);
    }
    EXPECT_EQ(seen.size(), 2U) << "the seeds show only one outcome";
}

TEST_F(AtomicFileFaultsTest, AFailedSyncIsAnErrorAndStaysOne) {
    start_with_old(1);
    plan_->fail_sync(1);
    auto file = AtomicFile::create(on_disk("a"), *files_);
    ASSERT_TRUE(file.is_ok());
    ASSERT_TRUE(file.value()->write(bytes(new_)).is_ok());
    EXPECT_ERROR(file.value()->commit(), StatusCode::kIoError, on_disk("a"), "cannot sync");
    EXPECT_ERROR(file.value()->commit(), StatusCode::kIoError, "cannot sync");
    EXPECT_ERROR(file.value()->write(bytes("x")), StatusCode::kIoError, "cannot sync");
    file.value().reset();
    EXPECT_EQ(content("a"), kOld);
    lose_power();
    EXPECT_EQ(content("a"), kOld);
    EXPECT_EQ(files(), 1U);
}

TEST_F(AtomicFileFaultsTest, AFailedSyncOfTheFolderIsAnError) {
    std::set<bool> seen;
    for (uint64_t seed = 0; seed < 20; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        start_with_old(seed);
        plan_->fail_sync(2);
        EXPECT_ERROR(write(new_), StatusCode::kIoError, "cannot sync the folder");
        EXPECT_TRUE(content("a") == new_);
        lose_power();
        EXPECT_TRUE(content("a") == kOld || content("a") == new_);
        seen.insert(content("a") == new_);
    }
    EXPECT_EQ(seen.size(), 2U);
}

TEST_F(AtomicFileFaultsTest, AFullDiskIsNamedAndLeavesNothing) {
    SplitMix random(2);
    for (int round = 0; round < 20; ++round) {
        start_with_old(2);
        plan_->set_space(random.below(new_.size()));
        EXPECT_ERROR(write(new_), StatusCode::kResourceExhausted, on_disk("a"), "No space left");
        EXPECT_EQ(content("a"), kOld);
        EXPECT_EQ(files(), 1U);
        plan_->set_space(new_.size() + 4);
        EXPECT_TRUE(write(new_).is_ok());
        EXPECT_TRUE(content("a") == new_);
    }
}

TEST_F(AtomicFileFaultsTest, AFailedWriteOfAnyNumber) {
    for (const bool torn : {false, true}) {
        for (uint64_t nth = 1; nth <= 3; ++nth) {
            start_with_old(nth);
            plan_->fail_write(nth, torn);
            EXPECT_ERROR(write(new_), StatusCode::kIoError, on_disk("a"), "cannot write");
            EXPECT_EQ(content("a"), kOld);
            EXPECT_EQ(files(), 1U);
        }
    }
    plan_->fail_writes(1);
    EXPECT_ERROR(write(new_), StatusCode::kIoError, "cannot write");
    plan_->heal();
    EXPECT_TRUE(write(new_).is_ok());
}

}  // namespace
}  // namespace temblor::testing
