#include "data/io/atomic_file.h"

#include "tests/data/test_files.h"

namespace temblor {
namespace {

std::span<const std::byte> bytes(std::string_view text) {
    return std::as_bytes(std::span(text.data(), text.size()));
}

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
    ASSERT_TRUE(file->write(bytes("hello")).is_ok());
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
    ASSERT_TRUE(file->write(bytes(large)).is_ok());
    file.reset();
    EXPECT_TRUE(names().empty());
}

TEST_F(AtomicFileTest, TheOldFileStaysUntilCommit) {
    this->file("a", "old");
    auto abandoned = create("a");
    ASSERT_TRUE(abandoned->write(bytes("new")).is_ok());
    abandoned.reset();
    EXPECT_EQ(testing::slurp(path("a")), "old");

    auto file = create("a");
    ASSERT_TRUE(file->write(bytes("new")).is_ok());
    ASSERT_TRUE(file->commit().is_ok());
    EXPECT_EQ(testing::slurp(path("a")), "new");
    EXPECT_EQ(names(), std::vector<std::string>{"a"});
}

TEST_F(AtomicFileTest, WritesOfAllSizesInOrderAndOver) {
    std::string expected;
    auto file = create("a");
    for (size_t i = 0; i < 60; ++i) {
        const std::string piece(i * i * 900, static_cast<char>('a' + i % 26));
        ASSERT_TRUE(file->write(bytes(piece)).is_ok());
        expected += piece;
    }
    ASSERT_TRUE(file->write_at(0, bytes("HEAD")).is_ok());
    ASSERT_TRUE(file->write_at(expected.size() - 4, bytes("TAIL")).is_ok());
    ASSERT_TRUE(file->write(bytes("more")).is_ok());
    expected.replace(0, 4, "HEAD");
    expected.replace(expected.size() - 4, 4, "TAIL");
    expected += "more";
    EXPECT_EQ(file->position(), expected.size());
    EXPECT_EQ(file->write_at(expected.size() - 1, bytes("xx")).code(), StatusCode::kInternal);
    EXPECT_EQ(file->write_at(UINT64_MAX, bytes("xx")).code(), StatusCode::kInternal);
    ASSERT_TRUE(file->commit().is_ok());
    EXPECT_TRUE(testing::slurp(path("a")) == expected);
    EXPECT_EQ(file->commit().code(), StatusCode::kInternal);
}

TEST_F(AtomicFileTest, TwoWritersOfOneName) {
    auto one = create("a");
    auto two = create("a");
    ASSERT_TRUE(one->write(bytes("one")).is_ok());
    ASSERT_TRUE(two->write(bytes("two")).is_ok());
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
