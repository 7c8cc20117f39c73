#include "tests/data/test_files.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>
#include <sstream>

#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

namespace temblor::testing {

FolderTest::FolderTest() {
    std::string name = (std::filesystem::temp_directory_path() / "temblor-test-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make " + name);
    folder_ = name;
}

FolderTest::~FolderTest() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

std::string FolderTest::file(const std::string& name, std::string_view bytes) const {
    std::ofstream out(path(name), std::ios::binary);
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return path(name);
}

std::vector<std::string> FolderTest::names() const {
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
        found.push_back(entry.path().filename().string());
    }
    std::sort(found.begin(), found.end());
    return found;
}

uint64_t from_environment(const char* name, uint64_t otherwise) {
    const char* text = std::getenv(name);
    return text == nullptr ? otherwise : std::stoull(text);
}

std::string slurp(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream all;
    all << in.rdbuf();
    return all.str();
}

std::string compress(std::string_view plain, std::string_view how) {
    if (how == "none") return std::string(plain);
    if (how == "zstd") {
        std::string out(ZSTD_compressBound(plain.size()), '\0');
        out.resize(ZSTD_compress(out.data(), out.size(), plain.data(), plain.size(), 3));
        return out;
    }
    z_stream stream{};
    deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
    std::string out(deflateBound(&stream, plain.size()) + 64, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
    stream.avail_in = static_cast<uInt>(plain.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

SparseDataset random_dataset(uint64_t seed, uint64_t rows, uint32_t dim) {
    std::mt19937_64 random(seed);
    SparseDatasetBuilder builder;
    SparseVector row;
    for (uint64_t r = 0; r < rows; ++r) {
        row.components.clear();
        row.values.clear();
        const size_t entries = random() % 41;
        for (size_t i = 0; i < entries; ++i) {
            row.components.push_back(static_cast<uint32_t>(random() % dim));
        }
        std::sort(row.components.begin(), row.components.end());
        row.components.erase(std::unique(row.components.begin(), row.components.end()),
                             row.components.end());
        for (size_t i = 0; i < row.components.size(); ++i) {
            row.values.push_back(std::uniform_real_distribution<float>(0.001F, 3.0F)(random));
        }
        builder.add(row.view());
    }
    return builder.finish(dim).value();
}

void expect_same_rows(const SparseDataset& a, const SparseDataset& b) {
    ASSERT_EQ(a.rows(), b.rows());
    for (uint64_t r = 0; r < a.rows(); ++r) {
        const SparseVectorView x = a.row(r);
        const SparseVectorView y = b.row(r);
        ASSERT_TRUE(std::ranges::equal(x.components, y.components)) << "row " << r;
        ASSERT_TRUE(std::ranges::equal(x.values, y.values)) << "row " << r;
    }
}

void expect_error(const Status& status, StatusCode code, const std::vector<std::string>& parts,
                  const char* file, int line) {
    const ::testing::ScopedTrace trace(file, line, status.to_string());
    EXPECT_EQ(status_code_name(status.code()), status_code_name(code));
    for (const std::string& part : parts) {
        EXPECT_NE(status.message().find(part), std::string::npos)
            << "expected \"" << part << "\" in \"" << status.message() << "\"";
    }
}

}  // namespace temblor::testing
