#pragma once

#include <cstdint>
#include <vector>

#include "cli/dense_statistics.h"
#include "data/dense_dataset.h"
#include "data/progress.h"
#include "data/status.h"

namespace temblor::cli {

/// Makes dense vectors that a given collection might have held: a row of it moved towards some of
/// its neighbours by random convex weights, plus differences of neighbours elsewhere as noise, then
/// scaled to length 1 if all rows of the collection have it.
///
/// How far rows move and how much noise is added are fitted once, so that samples of the collection
/// and of what is made, of the same size, agree in DenseStatistics. Neighbours are sought among a
/// sample of 20,000 rows, for 200,000 rows at most.
///
/// make() is const and may be called from any number of threads.
class DenseGrower {
public:
    static constexpr uint64_t kLeastRows = 64;

    /// `base` has kLeastRows rows at least (kInvalidArgument) and is shared. kCancelled.
    static Result<DenseGrower> fit(const DenseDataset& base, uint64_t seed, Progress& progress);

    /// `count` vectors. The same collection, seed, stream and fit give the same bytes; different
    /// streams are independent. O(count * dim) on all cores. kResourceExhausted, kCancelled.
    [[nodiscard]] Result<DenseDataset> make(uint64_t stream, uint64_t count,
                                            Progress& progress) const;

    /// Rows of the samples that the fit compared.
    [[nodiscard]] uint64_t sample_rows() const { return sample_rows_; }
    /// Of such a sample of the collection.
    [[nodiscard]] const DenseStatistics& original() const { return original_; }
    /// The largest share of a vector that comes from neighbours, 0 to 1.
    [[nodiscard]] double blend() const { return blend_; }
    /// Length of the noise, in lengths of the difference of two neighbours.
    [[nodiscard]] double noise() const { return noise_; }

private:
    DenseGrower(const DenseDataset& base, uint64_t seed);
    Status find_neighbours(Progress& progress);
    Status choose(Progress& progress);
    /// Sets noise_ so that the nearest neighbour is as near as in the original; how far all
    /// statistics are off then.
    Result<double> choose_noise(Progress& progress);
    void make_row(uint64_t stream, uint64_t place, std::span<float> out) const;

    DenseDataset base_;
    uint64_t seed_;
    bool unit_ = false;
    uint64_t sample_rows_ = 0;
    std::vector<uint64_t> anchors_;     ///< rows whose neighbours are known
    std::vector<uint64_t> neighbours_;  ///< kNeighboursKept for each
    DenseStatistics original_;
    double blend_ = 0.7;
    double noise_ = 0.5;
};

}  // namespace temblor::cli
