#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "data/dense_dataset.h"
#include "data/splitmix.h"
#include "index/dense/dense_segment.h"

namespace temblor::testing {

/// Gaussian clouds of one size around Gaussian centres, and among them what is unlike the others.
struct ClusteredShape {
    uint32_t rows = 3000;
    uint32_t dim = 24;
    uint32_t clusters = 60;
    double spread = 0.3;    ///< of a cloud; centres have 1
    uint32_t outliers = 6;  ///< rows eight times as long as others
    uint32_t zeros = 4;     ///< rows of zeros
    uint32_t twins = 12;    ///< rows that repeat another
    uint64_t seed = 1;
};

/// A draw from the normal distribution of mean 0 and deviation 1.
double gaussian(SplitMix& random);
DenseDataset clustered_vectors(const ClusteredShape& shape);
/// Rows of `vectors` with noise of this deviation.
DenseDataset vectors_near(const DenseDataset& vectors, uint32_t count, double noise, uint64_t seed);

/// Builds a segment in a file of its own, which is gone when it returns; aborts on an error.
std::shared_ptr<const DenseSegment> dense_segment_of(const DenseDataset& vectors,
                                                     const DenseBuildParameters& parameters);

/// The bytes of `file` (a whole segment) with those of one section replaced by `section`, of the
/// same size, and checksums that match them.
std::string with_section(std::string file, SectionKind kind, std::span<const std::byte> section);

/// Opens bytes that end where their memory ends, so that a sanitizer sees any read past them.
Result<std::shared_ptr<const DenseSegment>> open_dense_bytes(const std::string& bytes);

}  // namespace temblor::testing
