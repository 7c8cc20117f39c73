#include "data/io/file_system.h"

#include <cerrno>
#include <thread>

#include "tests/data/test_files.h"

namespace temblor {
namespace {

class FileSystemTest : public testing::FolderTest {
protected:
    FileSystem& files_ = posix_file_system();
};

TEST_F(FileSystemTest, AFileHasNoNameUntilItIsPublished) {
    {
        auto file = files_.create(path("a"));
        ASSERT_TRUE(file.is_ok()) << file.status().to_string();
        ASSERT_TRUE(file.value()->write_at(3, testing::bytes_in("lo")).is_ok());
        ASSERT_TRUE(file.value()->write_at(0, testing::bytes_in("hel")).is_ok());
        EXPECT_FALSE(files_.exists(path("a")).value());
        ASSERT_TRUE(file.value()->sync().is_ok());
        ASSERT_TRUE(file.value()->publish().is_ok());
        EXPECT_ERROR(file.value()->publish(), StatusCode::kInternal, path("a"));
        EXPECT_EQ(testing::slurp(path("a")), "hello");
        auto abandoned = files_.create(path("b"));
        ASSERT_TRUE(abandoned.is_ok());
        ASSERT_TRUE(abandoned.value()->write_at(0, testing::bytes_in("x")).is_ok());
    }
    EXPECT_EQ(names(), std::vector<std::string>{"a"});
    EXPECT_TRUE(files_.exists(path("a")).value());
    EXPECT_EQ(files_.info(path("a"))->bytes, 5U);
    EXPECT_EQ(files_.map(path("a")).value()->bytes().size(), 5U);
}

TEST_F(FileSystemTest, NamesComeMoveAndGo) {
    file("a", "one");
    file("b", "two");
    EXPECT_ERROR(files_.link(path("a"), path("b")), StatusCode::kAlreadyExists, path("a"),
                 path("b"));
    ASSERT_TRUE(files_.link(path("a"), path("c")).is_ok());
    ASSERT_TRUE(files_.rename(path("a"), path("b")).is_ok());
    EXPECT_EQ(names(), (std::vector<std::string>{"b", "c"}));
    EXPECT_EQ(testing::slurp(path("b")), "one");
    ASSERT_TRUE(files_.remove(path("b")).is_ok());
    EXPECT_ERROR(files_.remove(path("b")), StatusCode::kNotFound, path("b"));
    EXPECT_ERROR(files_.rename(path("b"), path("d")), StatusCode::kNotFound, path("b"));
    EXPECT_EQ(testing::slurp(path("c")), "one");
    EXPECT_TRUE(files_.sync_folder(path("")).is_ok());
    EXPECT_ERROR(files_.sync_folder(path("no")), StatusCode::kNotFound, path("no"));
}

TEST_F(FileSystemTest, FoldersAndTrees) {
    ASSERT_TRUE(files_.create_folders(path("f/g/h/")).is_ok());
    ASSERT_TRUE(files_.create_folders(path("f/g")).is_ok());
    file("f/b", "1234");
    file("f/g/a", "1");
    file("kept", "1");
    std::filesystem::create_symlink(path("kept"), path("f/link"));
    std::filesystem::create_directory_symlink(path(""), path("f/g/up"));
    const auto listed = files_.list(path("f"));
    ASSERT_TRUE(listed.is_ok());
    ASSERT_EQ(listed->size(), 3U);
    EXPECT_EQ(listed.value()[0].name, "b");
    EXPECT_EQ(listed.value()[0].bytes, 4U);
    EXPECT_EQ(listed.value()[1].name, "g");
    EXPECT_TRUE(listed.value()[1].is_folder);
    EXPECT_FALSE(listed.value()[2].is_folder);
    EXPECT_ERROR(files_.create_folders(path("f/b")), StatusCode::kAlreadyExists, path("f/b"));
    EXPECT_ERROR(files_.make_folder(path("f")), StatusCode::kAlreadyExists, path("f"));
    EXPECT_ERROR(files_.remove(path("f")), StatusCode::kIoError, path("f"));
    EXPECT_ERROR(files_.list(path("no")), StatusCode::kNotFound, path("no"));
    ASSERT_TRUE(files_.remove_tree(path("f")).is_ok());
    ASSERT_TRUE(files_.remove_tree(path("f")).is_ok());
    EXPECT_EQ(names(), std::vector<std::string>{"kept"});
}

TEST_F(FileSystemTest, ThreadsMakeTheSameFolders) {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&] {
            for (int i = 0; i < 20; ++i) {
                const Status made = files_.create_folders(path("x/" + std::to_string(i) + "/y"));
                EXPECT_TRUE(made.is_ok()) << made.to_string();
            }
        });
    }
    threads.clear();
    EXPECT_EQ(files_.list(path("x"))->size(), 20U);
}

TEST_F(FileSystemTest, ErrorsHaveTheirCodes) {
    EXPECT_EQ(file_error("a", ENOSPC).code(), StatusCode::kResourceExhausted);
    EXPECT_EQ(file_error("a", EDQUOT).code(), StatusCode::kResourceExhausted);
    EXPECT_EQ(file_error("a", EFBIG).code(), StatusCode::kResourceExhausted);
    EXPECT_EQ(file_error("a", EIO).to_string(), Status::io_error("a", EIO).to_string());
    EXPECT_GT(files_.free_bytes(path("")).value(), 0U);
    EXPECT_ERROR(files_.free_bytes(path("no")), StatusCode::kNotFound, path("no"));
    EXPECT_EQ(folder_of("a"), ".");
    EXPECT_EQ(folder_of("/a"), "/");
    EXPECT_EQ(folder_of("/a/b"), "/a");
}

}  // namespace
}  // namespace temblor
