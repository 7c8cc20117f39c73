#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <string>
#include <thread>

#include <gtest/gtest.h>
#include <sys/mount.h>

#include "index/collection/store.h"
#include "query/collection/collection_reader.h"
#include "query/collection/collection_search.h"
#include "tests/collection/collection_model.h"
#include "tests/data/test_files.h"

namespace temblor::testing {
namespace {

constexpr uint64_t kReserve = uint64_t{6} << 20;
constexpr uint64_t kBallast = uint64_t{8} << 20;

/// A file system of 24 MB in memory, as long as this lives.
class SmallDisk {
public:
    explicit SmallDisk(std::string folder) : folder_(std::move(folder)) {
        std::filesystem::create_directory(folder_);
        if (::mount("tmpfs", folder_.c_str(), "tmpfs", 0, "size=24m") != 0)
            error_ = std::strerror(errno);
    }
    ~SmallDisk() {
        if (error_.empty()) ::umount2(folder_.c_str(), MNT_DETACH);
    }
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;

    /// Why there is none; empty: there is.
    [[nodiscard]] const std::string& error() const { return error_; }

private:
    std::string folder_;
    std::string error_;
};

/// A collection on a disk that is really full.
class SmallDiskTest : public FolderTest {
protected:
    static StoreOptions options() {
        StoreOptions o;
        o.collection.memtable_points = 500;
        o.collection.reserve_bytes = kReserve;
        o.collection.database.write_buffer_bytes = 1 << 20;
        return o;
    }
    void open() {
        store_.reset();
        auto opened = Store::open(path("disk/data"), options());
        ASSERT_TRUE(opened.is_ok()) << opened.status().to_string();
        store_ = std::move(opened).value();
    }
    [[nodiscard]] std::shared_ptr<Collection> collection() const {
        return store_->collection("c").value();
    }
    /// Points `next_` and following, that take room.
    Status write(uint64_t count) {
        std::vector<Point> points;
        for (uint64_t i = 0; i < count; ++i) {
            Point point = random_model_point(random_, 1);
            point.id = next_ + i;
            std::string noise(1500, ' ');
            for (char& c : noise) c = static_cast<char>('a' + random_.below(26));
            point.payload = "{\"noise\":\"" + noise + "\"}";
            points.push_back(std::move(point));
        }
        TEMBLOR_RETURN_IF_ERROR(collection()->write(upsert_points(std::move(points))).status());
        for (uint64_t i = 0; i < count; ++i) held_.insert(next_ + i);
        next_ += count;
        return Status::ok();
    }
    Status erase(uint64_t id) {
        TEMBLOR_RETURN_IF_ERROR(
            collection()->write(delete_points(std::vector<DocumentId>{id})).status());
        held_.erase(id);
        return Status::ok();
    }
    /// What `attempt` answers in the end: it is tried again for some seconds.
    template <typename Attempt>
    static Status eventually(const Attempt& attempt) {
        Status status = attempt();
        for (int i = 0; i < 200 && !status.is_ok(); ++i) {
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
            status = attempt();
        }
        return status;
    }
    /// What was acknowledged is there and found; nothing else is.
    void expect_held() const {
        const auto version = collection()->version();
        ASSERT_EQ(count_points(*version, {}).value(), held_.size());
        const auto page = scroll_points(*version, {}, 1'000'000, {});
        ASSERT_TRUE(page.is_ok()) << page.status().to_string();
        ASSERT_EQ(page->points.size(), held_.size());
        auto expected = held_.begin();
        uint64_t with_dot = 0;
        for (const ReadPoint& read : page->points) {
            ASSERT_EQ(read.point.id, DocumentId(*expected++));
            for (const NamedVector& v : read.point.vectors) with_dot += v.name == "dot" ? 1 : 0;
        }
        const auto gotten = get_points(*version, {*held_.begin(), *held_.rbegin()});
        ASSERT_TRUE(gotten.is_ok()) << gotten.status().to_string();
        ASSERT_EQ(gotten->size(), 2U);
        CollectionQuery query;
        query.vector = "dot";
        query.query = DenseVector{1, 2, 3, 4};
        query.parameters.k = 1'000'000;
        query.parameters.exact = true;
        CollectionScratch scratch;
        CollectionResult result;
        const Status searched = search_collection(*version, query, scratch, result);
        ASSERT_TRUE(searched.is_ok()) << searched.to_string();
        ASSERT_EQ(result.hits.size(), with_dot);
    }

    SplitMix random_{1};
    std::unique_ptr<Store> store_;
    std::set<uint64_t> held_;
    uint64_t next_ = 0;
};

TEST_F(SmallDiskTest, IsFullRefusesPointsAndRecoversByItself) {
    const SmallDisk disk(path("disk"));
    if (!disk.error().empty()) GTEST_SKIP() << "no tmpfs can be mounted: " << disk.error();
    std::ofstream(path("disk/ballast")) << std::string(kBallast, 'x');
    ASSERT_NO_FATAL_FAILURE(open());
    ASSERT_TRUE(store_->create_collection("c", model_schema()).is_ok());

    const auto fill = [&] {
        Status status;
        while (status.is_ok() && next_ < 100'000) status = write(20);
        EXPECT_ERROR(status, StatusCode::kResourceExhausted, "disk nearly full",
                     std::to_string(kReserve), path("disk/data"));
    };
    ASSERT_NO_FATAL_FAILURE(fill());
    EXPECT_GT(held_.size(), 500U);
    EXPECT_GT(collection()->stats().refused_writes, 0U);
    ASSERT_NO_FATAL_FAILURE(expect_held());
    for (uint64_t id = 0; id < 200; id += 7) {
        const Status erased = erase(id);
        ASSERT_TRUE(erased.is_ok()) << erased.to_string();
    }
    ASSERT_NO_FATAL_FAILURE(expect_held());

    std::filesystem::remove(path("disk/ballast"));
    const Status more = write(20);
    ASSERT_TRUE(more.is_ok()) << more.to_string();
    ASSERT_NO_FATAL_FAILURE(expect_held());

    // Full to the last byte: nothing can be written, all can be read.
    {
        std::ofstream ballast(path("disk/ballast"));
        const std::string block(1 << 16, 'x');
        while (ballast.write(block.data(), static_cast<std::streamsize>(block.size()))) {
        }
    }
    ASSERT_NO_FATAL_FAILURE(expect_held());
    EXPECT_ERROR(write(1), StatusCode::kResourceExhausted, path("disk/data"));
    Status refused;
    uint64_t last = 0;
    while (refused.is_ok() && held_.size() > 100) {
        last = *held_.begin();
        refused = erase(last);
    }
    // Or enough files went meanwhile for all of them.
    if (!refused.is_ok())
        EXPECT_ERROR(refused, StatusCode::kResourceExhausted, "No space left on device");
    ASSERT_NO_FATAL_FAILURE(expect_held());

    std::filesystem::remove(path("disk/ballast"));
    const Status again = eventually([&] { return erase(UINT64_MAX); });
    ASSERT_TRUE(again.is_ok()) << again.to_string();
    // Refused, it may still have happened.
    if (held_.contains(last) && get_points(*collection()->version(), {last}).value().empty())
        held_.erase(last);
    ASSERT_NO_FATAL_FAILURE(expect_held());
    const Status after = write(20);
    ASSERT_TRUE(after.is_ok()) << after.to_string();
    const Status idle = eventually([&] { return collection()->wait_idle(); });
    EXPECT_TRUE(idle.is_ok()) << idle.to_string();
    ASSERT_NO_FATAL_FAILURE(open());
    ASSERT_NO_FATAL_FAILURE(expect_held());
    std::vector<std::string> findings;
    const Status checked = collection()->check(no_progress(), findings);
    EXPECT_TRUE(checked.is_ok()) << checked.to_string();
    EXPECT_EQ(findings, std::vector<std::string>());
    store_.reset();
}

}  // namespace
}  // namespace temblor::testing
