#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace temblor::test {

/// A file with given content, gone at the end of the scope.
class TemporaryFile {
public:
    explicit TemporaryFile(std::string_view content) {
        static int count = 0;
        const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
        path_ = ::testing::TempDir() + "temblor-" + test->test_suite_name() + "-" + test->name() +
                "-" + std::to_string(count++);
        std::ofstream(path_, std::ios::binary) << content;
    }
    ~TemporaryFile() { std::filesystem::remove(path_); }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;

    [[nodiscard]] const std::string& path() const { return path_; }

private:
    std::string path_;
};

}  // namespace temblor::test
