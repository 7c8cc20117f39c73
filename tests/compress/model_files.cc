#include "tests/compress/model_files.h"

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

namespace temblor::testing {
namespace fs = std::filesystem;

ModelFolderTest::ModelFolderTest() {
    static std::atomic<int> next{0};
    folder_ = fs::temp_directory_path() / fmt::format("temblor-model-{}-{}", ::getpid(), next++);
    fs::create_directories(folder_);
}

ModelFolderTest::~ModelFolderTest() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
}

std::string ModelFolderTest::file(const std::string& name, std::string_view bytes) const {
    const fs::path target = folder_ / name;
    fs::create_directories(target.parent_path());
    std::ofstream(target, std::ios::binary) << bytes;
    return target.string();
}

std::string safetensors_bytes(std::string_view header, std::string_view data) {
    const uint64_t length = header.size();
    std::string bytes(reinterpret_cast<const char*>(&length), sizeof length);
    bytes.append(header);
    bytes.append(data);
    return bytes;
}

std::string safetensors_file(const std::vector<NamedTensor>& tensors) {
    std::string header = "{";
    std::string data;
    for (const NamedTensor& tensor : tensors) {
        const size_t begin = data.size();
        data.append(reinterpret_cast<const char*>(tensor.values.data()),
                    tensor.values.size() * sizeof(float));
        header += fmt::format(R"({}"{}":{{"dtype":"F32","shape":[{}],"data_offsets":[{},{}]}})",
                              header.size() == 1 ? "" : ",", tensor.name,
                              fmt::join(tensor.shape, ","), begin, data.size());
    }
    header += "}";
    return safetensors_bytes(header, data);
}

std::string slurp_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    EXPECT_TRUE(file.good()) << path;
    std::ostringstream content;
    content << file.rdbuf();
    return content.str();
}

std::optional<std::string> real_data(const std::string& folder) {
    const char* given = std::getenv("TEMBLOR_DATA");
    const fs::path root =
        given != nullptr ? fs::path(given) : fs::path(TEMBLOR_ROOT) / "../shared/data";
    std::error_code ignored;
    if (!fs::exists(root / folder, ignored)) return std::nullopt;
    return (root / folder).string();
}

void expect_error(const Status& status, StatusCode code, const std::vector<std::string>& parts) {
    EXPECT_EQ(status.code(), code) << status.to_string();
    for (const std::string& part : parts) {
        EXPECT_NE(status.message().find(part), std::string::npos)
            << "no '" << part << "' in: " << status.message();
    }
}

}  // namespace temblor::testing
