#include "compress/model/matrix_vector.h"

#include <cstring>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace temblor {
namespace {

TEST(MatrixVectorTest, EqualsSumsInDoubleOfAnyWidth) {
    std::mt19937 random(11);
    std::normal_distribution<float> normal;
    for (const size_t columns : {1, 15, 16, 63, 64, 65, 200, 768}) {
        constexpr size_t kRows = 5;
        std::vector<float> matrix(kRows * columns);
        std::vector<uint16_t> halves(matrix.size());
        std::vector<float> vector(columns);
        for (float& value : vector) value = normal(random);
        for (size_t i = 0; i < matrix.size(); ++i) {
            uint32_t bits = 0;
            const float value = normal(random);
            std::memcpy(&bits, &value, sizeof bits);
            bits &= 0xffff0000U;  // what bfloat16 holds
            std::memcpy(&matrix[i], &bits, sizeof bits);
            halves[i] = static_cast<uint16_t>(bits >> 16);
        }
        std::vector<int8_t> bytes(matrix.size());
        for (int8_t& byte : bytes) byte = static_cast<int8_t>(random() & 0xff);
        std::vector<float> small(kRows);
        multiply_matrix_vector(bytes.data(), kRows, columns, vector.data(), small.data());
        std::vector<float> whole(kRows);
        std::vector<float> half(kRows);
        multiply_matrix_vector(matrix.data(), kRows, columns, vector.data(), whole.data());
        multiply_matrix_vector(halves.data(), kRows, columns, vector.data(), half.data());
        for (size_t i = 0; i < kRows; ++i) {
            double sum = 0;
            for (size_t j = 0; j < columns; ++j) {
                sum += static_cast<double>(matrix[i * columns + j]) * vector[j];
            }
            EXPECT_NEAR(whole[i], sum, 1e-4);
            EXPECT_NEAR(half[i], sum, 1e-4);
            double of_bytes = 0;
            for (size_t j = 0; j < columns; ++j)
                of_bytes += static_cast<double>(bytes[i * columns + j]) * vector[j];
            EXPECT_NEAR(small[i], of_bytes, 1e-2);
        }
    }
}

}  // namespace
}  // namespace temblor
