#include "tests/data/dense_files.h"

#include <algorithm>
#include <random>
#include <vector>

#include <fp16.h>
#include <gtest/gtest.h>

#include "tests/data/test_files.h"

namespace temblor::testing {

DenseDataset random_dense(uint64_t seed, uint64_t rows, uint64_t dim) {
    std::mt19937_64 random(seed);
    std::normal_distribution<float> normal;
    std::vector<float> values(rows * dim);
    for (float& value : values) {
        value = fp16_ieee_to_fp32_value(fp16_ieee_from_fp32_value(normal(random)));
    }
    return DenseDataset::from_values(std::move(values), dim).value();
}

void expect_same_values(const DenseDataset& a, const DenseDataset& b) {
    ASSERT_EQ(a.rows(), b.rows());
    ASSERT_EQ(a.dim(), b.dim());
    EXPECT_TRUE(std::ranges::equal(a.values(), b.values()));
}

std::string npy_file(char major, const std::string& dictionary, const std::string& values) {
    std::string bytes = "\x93NUMPY";
    bytes += major;
    bytes += '\0';
    bytes += major == 1 ? bytes_of(static_cast<uint16_t>(dictionary.size()))
                        : bytes_of(static_cast<uint32_t>(dictionary.size()));
    return bytes + dictionary + values;
}

}  // namespace temblor::testing
