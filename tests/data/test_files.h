#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "data/progress.h"
#include "data/sparse_dataset.h"

namespace temblor::testing {

/// A folder of its own for each test, removed with everything in it.
class FolderTest : public ::testing::Test {
protected:
    FolderTest();
    ~FolderTest() override;

    [[nodiscard]] std::string path(const std::string& name) const {
        return (folder_ / name).string();
    }
    /// Writes `bytes` as they are and returns the file's path.
    std::string file(const std::string& name, std::string_view bytes) const;
    /// Names in the folder, sorted.
    [[nodiscard]] std::vector<std::string> names() const;

private:
    std::filesystem::path folder_;
};

/// The number in environment variable `name`: how long a test runs, or its seed.
uint64_t from_environment(const char* name, uint64_t otherwise);

std::string slurp(const std::string& path);

/// The compressed stream of `plain`: "none", "gzip" or "zstd"; one member or frame.
std::string compress(std::string_view plain, std::string_view how);

/// Little-endian bytes of numbers, for files made by hand.
template <typename... Number>
std::string bytes_of(Number... numbers) {
    std::string bytes;
    (bytes.append(reinterpret_cast<const char*>(&numbers), sizeof(numbers)), ...);
    return bytes;
}

inline std::span<const std::byte> bytes_in(std::string_view text) {
    return std::as_bytes(std::span(text.data(), text.size()));
}

/// Random rows of 0 to 40 entries below `dim`, some of them empty, values positive.
SparseDataset random_dataset(uint64_t seed, uint64_t rows, uint32_t dim);

/// The same rows, entry by entry; dimensions may differ.
void expect_same_rows(const SparseDataset& a, const SparseDataset& b);

/// Cancels at once, or when it has been asked `patience` times.
class CancelAfter final : public Progress {
public:
    explicit CancelAfter(int patience) : left_(patience) {}
    void report(std::string_view, uint64_t, uint64_t) override {}
    [[nodiscard]] bool cancelled() const override { return left_.fetch_sub(1) <= 0; }

private:
    mutable std::atomic<int> left_;
};

/// Remembers what was reported.
class Recorder final : public Progress {
public:
    struct Report {
        std::string stage;
        uint64_t done;
        uint64_t total;
    };
    void report(std::string_view stage, uint64_t done, uint64_t total) override {
        reports.push_back({std::string(stage), done, total});
    }
    [[nodiscard]] bool cancelled() const override { return false; }

    std::vector<Report> reports;
};

}  // namespace temblor::testing

/// The result is an error of `code` whose message contains each of the texts.
#define EXPECT_ERROR(result, error_code, ...)                                           \
    ::temblor::testing::expect_error(::temblor::testing::status_of(result), error_code, \
                                     {__VA_ARGS__}, __FILE__, __LINE__)

namespace temblor::testing {

inline Status status_of(const Status& status) { return status; }
template <typename T>
Status status_of(const Result<T>& result) {
    return result.status();
}
void expect_error(const Status& status, StatusCode code, const std::vector<std::string>& parts,
                  const char* file, int line);

}  // namespace temblor::testing
