#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "data/status.h"

namespace temblor::testing {

/// A folder of its own for each test, removed with everything in it.
class ModelFolderTest : public ::testing::Test {
protected:
    ModelFolderTest();
    ~ModelFolderTest() override;

    [[nodiscard]] std::string folder() const { return folder_.string(); }
    [[nodiscard]] std::string path(const std::string& name) const {
        return (folder_ / name).string();
    }
    /// Writes `bytes` as they are, making folders on the way, and returns the file's path.
    std::string file(const std::string& name, std::string_view bytes) const;

private:
    std::filesystem::path folder_;
};

/// A safetensors file: the header's length, the header, the data.
std::string safetensors_bytes(std::string_view header, std::string_view data);

/// A tensor of float32 for safetensors_file().
struct NamedTensor {
    std::string name;
    std::vector<int64_t> shape;
    std::vector<float> values;
};
/// A file of those tensors, one after the other.
std::string safetensors_file(const std::vector<NamedTensor>& tensors);

/// The file's bytes; the test fails when there is none.
std::string slurp_file(const std::string& path);

/// `folder` of the real data (TEMBLOR_DATA, else ../shared/data from the root); nothing when
/// absent.
std::optional<std::string> real_data(const std::string& folder);

/// Fails unless `status` has that code and a message with every part.
void expect_error(const Status& status, StatusCode code, const std::vector<std::string>& parts);

}  // namespace temblor::testing
