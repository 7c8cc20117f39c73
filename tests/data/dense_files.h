#pragma once

#include <cstdint>
#include <string>

#include "data/dense_dataset.h"

namespace temblor::testing {

/// Normal values, every one of them an f16, so that it survives every format.
DenseDataset random_dense(uint64_t seed, uint64_t rows, uint64_t dim);

/// The same shape and the same bits.
void expect_same_values(const DenseDataset& a, const DenseDataset& b);

/// A .npy file: magic, version, length and `dictionary` as they are, then `values`.
std::string npy_file(char major, const std::string& dictionary, const std::string& values);

}  // namespace temblor::testing
