#include "data/io/atomic_file.h"

#include "tests/data/test_files.h"

namespace temblor {
namespace {

class AtomicFileTest : public testing::FolderTest {
protected:
    std::unique_ptr<AtomicFile> create(const std::string& name) {
        auto file = AtomicFile::create(path(name));
        EXPECT_TRUE(file.is_ok()) << file.status().to_string();
        return std::move(file).value();
    }
};

TEST_F(AtomicFileTest, AppearsOnlyWithCommit) {
    auto file = create("a");
    ASSERT_TRUE(file->write(testing::bytes_in("hello")).is_ok());
    EXPECT_EQ(file->position(), 5U);
    EXPECT_FALSE(std::filesystem::exists(path("a")));
    ASSERT_TRUE(file->commit().is_ok());
    EXPECT_EQ(testing::slurp(path("a")), "hello");
    file.reset();
    EXPECT_EQ(names(), std::vector<std::string>{"a"});
}

TEST_F(AtomicFileTest, WithoutCommitLeavesNothing) {
    const std::string large(size_t{5} << 20, 'x');
    auto file = create("a");
    ASSERT_TRUE(file->write(testing::bytes_in(large)).is_ok());
    file.reset();
    EXPECT_TRUE(names().empty());
}

TEST_F(AtomicFileTest, TheOldFileStaysUntilCommit) {
    this->file("a", "old");
    auto abandoned = create("a");
    ASSERT_TRUE(abandoned->write(testing::bytes_in("new")).is_ok());
    abandoned.reset();
    EXPECT_EQ(testing::slurp(path("a")), "old");

    auto file = create("a");
    ASSERT_TRUE(file->write(testing::bytes_in("new")).is_ok());
    ASSERT_TRUE(file->commit().is_ok());
    EXPECT_EQ(testing::slurp(path("a")), "new");
    EXPECT_EQ(names(), std::vector<std::string>{"a"});
}

TEST_F(AtomicFileTest, WritesOfAllSizesInOrderAndOver) {
    std::string expected;
    auto file = create("a");
    for (size_t i = 0; i < 60; ++i) {
        const std::string piece(i * i * 900, static_cast<char>('a' + i % 26));
        ASSERT_TRUE(file->write(testing::bytes_in(piece)).is_ok());
        expected += piece;
    }
    ASSERT_TRUE(file->write_at(0, testing::bytes_in("HEAD")).is_ok());
    ASSERT_TRUE(file->write_at(expected.size() - 4, testing::bytes_in("TAIL")).is_ok());
    ASSERT_TRUE(file->write(testing::bytes_in("more")).is_ok());
    expected.replace(0, 4, "HEAD");
    expected.replace(expected.size() - 4, 4, "TAIL");
    expected += "more";
    EXPECT_EQ(file->position(), expected.size());
    EXPECT_EQ(file->write_at(expected.size() - 1, testing::bytes_in("xx")).code(),
              StatusCode::kInternal);
    EXPECT_EQ(file->write_at(UINT64_MAX, testing::bytes_in("xx")).code(), StatusCode::kInternal);
    ASSERT_TRUE(file->commit().is_ok());
    EXPECT_TRUE(testing::slurp(path("a")) == expected);
    EXPECT_EQ(file->commit().code(), StatusCode::kInternal);
}

TEST_F(AtomicFileTest, TwoWritersOfOneName) {
    auto one = create("a");
    auto two = create("a");
    ASSERT_TRUE(one->write(testing::bytes_in("one")).is_ok());
    ASSERT_TRUE(two->write(testing::bytes_in("two")).is_ok());
    ASSERT_TRUE(one->commit().is_ok());
    ASSERT_TRUE(two->commit().is_ok());
    EXPECT_EQ(testing::slurp(path("a")), "two");
    EXPECT_EQ(names(), std::vector<std::string>{"a"});
}

TEST_F(AtomicFileTest, RefusesWhereNothingCanBeWritten) {
    EXPECT_ERROR(AtomicFile::create(path("no/such/a")), StatusCode::kNotFound, "no such folder",
                 path("no/such"));
    EXPECT_ERROR(AtomicFile::create(path("")), StatusCode::kInvalidArgument, "not a regular file");
    EXPECT_ERROR(AtomicFile::create("/dev/null"), StatusCode::kInvalidArgument,
                 "/dev/null: exists and is not a regular file");
    EXPECT_ERROR(AtomicFile::create(""), StatusCode::kNotFound, "no such folder");
}

}  // namespace
}  // namespace temblor
