#include "cli/dense_grower.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <exception>
#include <numeric>
#include <string>
#include <utility>

#include "cli/random_source.h"
#include "data/dense_vector.h"
#include "query/dense/row_products.h"

namespace temblor::cli {
namespace {

constexpr uint64_t kAnchors = 200'000;
constexpr uint64_t kNeighbourhood = 20'000;  // rows among which neighbours are sought
constexpr uint64_t kNeighboursKept = 16;
constexpr uint64_t kAnchorsAtOnce = 8192;
constexpr uint64_t kFitRows = 100'000;
constexpr uint64_t kMadeAtOnce = 16'384;
constexpr size_t kBlended = 3;  // neighbours in a vector
constexpr size_t kDifferences = 4;
constexpr std::array kBlends{0.4, 0.7, 1.0};
constexpr double kMostNoise = 2;
constexpr double kNearEnough = 0.002;
constexpr int kNoiseSteps = 5;

enum GrowStreamFamily : uint64_t { kAnchorRows = 100, kNeighbourRows, kOriginalSample, kMade };
constexpr uint64_t kFitStream = uint64_t{1} << 63;

bool all_unit(const DenseDataset& data) {
    constexpr double kTolerance = 2e-3;  // f16 rounds so far
    for (uint64_t r = 0; r < data.rows(); ++r) {
        const std::span<const float> row = data.row(r);
        double squares = 0;
        for (const float value : row) squares += static_cast<double>(value) * value;
        if (std::abs(std::sqrt(squares) - 1) > kTolerance) return false;
    }
    return true;
}

std::vector<uint64_t> some_rows(uint64_t of, uint64_t most, RandomSource random) {
    std::vector<uint64_t> rows(of);
    std::iota(rows.begin(), rows.end(), uint64_t{0});
    if (of <= most) return rows;
    for (uint64_t i = 0; i < most; ++i) std::swap(rows[i], rows[i + random.below(of - i)]);
    rows.resize(most);
    std::sort(rows.begin(), rows.end());
    return rows;
}

std::vector<float> unit_rows(const DenseDataset& data, std::span<const uint64_t> places) {
    std::vector<float> rows;
    rows.reserve(places.size() * data.dim());
    for (const uint64_t place : places) {
        const std::span<const float> row = data.row(place);
        rows.insert(rows.end(), row.begin(), row.end());
        normalize(std::span(rows).last(data.dim()));
    }
    return rows;
}

void add_scaled(std::span<float> to, double scale, std::span<const float> from) {
    const auto factor = static_cast<float>(scale);
    for (size_t i = 0; i < to.size(); ++i) to[i] += factor * from[i];
}

double distance_between(const DenseStatistics& a, const DenseStatistics& b) {
    return std::abs(a.nearest - b.nearest) + std::abs(a.tenth - b.tenth) +
           std::abs(a.share16 - b.share16) + std::abs(a.share64 - b.share64);
}

Status growth_cancelled() { return Status::cancelled("growing was cancelled"); }

}  // namespace

DenseGrower::DenseGrower(const DenseDataset& base, uint64_t seed)
    : base_(base), seed_(seed), unit_(all_unit(base)) {}

Result<DenseGrower> DenseGrower::fit(const DenseDataset& base, uint64_t seed, Progress& progress) {
    if (base.rows() < kLeastRows) {
        return Status::invalid_argument(std::to_string(base.rows()) + " rows (expected " +
                                        std::to_string(kLeastRows) + " at least to grow from)");
    }
    try {
        DenseGrower grower(base, seed);
        TEMBLOR_RETURN_IF_ERROR(grower.find_neighbours(progress));
        TEMBLOR_RETURN_IF_ERROR(grower.choose(progress));
        return grower;
    } catch (const std::exception&) {
        return Status::resource_exhausted("not enough memory to grow " +
                                          std::to_string(base.rows()) + " rows");
    }
}

Status DenseGrower::find_neighbours(Progress& progress) {
    anchors_ = some_rows(base_.rows(), kAnchors, RandomSource(seed_, kAnchorRows, 0));
    const std::vector<uint64_t> among =
        some_rows(base_.rows(), kNeighbourhood, RandomSource(seed_, kNeighbourRows, 0));
    const std::vector<float> sought = unit_rows(base_, among);
    const uint64_t k = kNeighboursKept + 1;  // an anchor may find itself
    std::vector<float> keys;
    std::vector<int64_t> places;
    neighbours_.reserve(anchors_.size() * kNeighboursKept);
    for (uint64_t first = 0; first < anchors_.size(); first += kAnchorsAtOnce) {
        if (progress.cancelled()) return growth_cancelled();
        progress.report("neighbours", first, anchors_.size());
        const uint64_t count = std::min(kAnchorsAtOnce, anchors_.size() - first);
        const std::vector<float> asked =
            unit_rows(base_, std::span(anchors_).subspan(first, count));
        keys.resize(count * k);
        places.resize(count * k);
        TEMBLOR_RETURN_IF_ERROR(nearest_in_block({asked, count, base_.dim()},
                                                 {sought, among.size(), base_.dim()}, false, k,
                                                 keys, places));
        for (uint64_t i = 0; i < count; ++i) {
            const uint64_t wanted = (first + i + 1) * kNeighboursKept;
            for (uint64_t j = i * k; j < (i + 1) * k && neighbours_.size() < wanted; ++j) {
                const uint64_t row = among[static_cast<uint64_t>(std::max<int64_t>(places[j], 0))];
                if (row != anchors_[first + i]) neighbours_.push_back(row);
            }
            neighbours_.resize(wanted, anchors_[first + i]);
        }
    }
    return Status::ok();
}

Status DenseGrower::choose(Progress& progress) {
    sample_rows_ = std::min(base_.rows(), kFitRows);
    TEMBLOR_ASSIGN_OR_RETURN(
        original_, measure_dense(draw_rows(base_, sample_rows_, seed_ ^ kOriginalSample), seed_));
    double least = HUGE_VAL;
    std::pair<double, double> best;
    for (size_t i = 0; i < kBlends.size(); ++i) {
        progress.report("fitting", i, kBlends.size());
        blend_ = kBlends[i];
        TEMBLOR_ASSIGN_OR_RETURN(const double off, choose_noise(progress));
        if (off < least) {
            least = off;
            best = {blend_, noise_};
        }
    }
    blend_ = best.first;
    noise_ = best.second;
    return Status::ok();
}

// By secants within the interval that is known to hold the answer: more noise, less similarity.
Result<double> DenseGrower::choose_noise(Progress& progress) {
    double low = 0;
    double high = kMostNoise;
    double slope = -0.55;  // of embeddings at hand; a start only
    double before = 0;
    double gap_before = 0;
    for (int step = 1;; ++step) {
        TEMBLOR_ASSIGN_OR_RETURN(const DenseDataset made, make(kFitStream, sample_rows_, progress));
        DenseStatistics found;
        TEMBLOR_RETURN_IF_ERROR(measure_neighbours(made, seed_, found));
        const double gap = found.nearest - original_.nearest;
        if (std::abs(gap) < kNearEnough || step == kNoiseSteps) {
            TEMBLOR_RETURN_IF_ERROR(measure_spectrum(made, seed_, found));
            return distance_between(found, original_);
        }
        (gap > 0 ? low : high) = noise_;
        if (step > 1 && noise_ != before && gap != gap_before) {
            slope = std::min((gap - gap_before) / (noise_ - before), -0.05);
        }
        before = noise_;
        gap_before = gap;
        const double next = noise_ - gap / slope;
        noise_ = next > low && next < high ? next : (low + high) / 2;
    }
}

void DenseGrower::make_row(uint64_t stream, uint64_t place, std::span<float> out) const {
    RandomSource random(seed_ ^ stream, kMade, place);
    const auto neighbour_of = [&](uint64_t anchor) {
        return base_.row(neighbours_[anchor * kNeighboursKept + random.below(kNeighboursKept)]);
    };
    const uint64_t anchor = random.below(anchors_.size());
    const double moved = blend_ * random.uniform();
    std::array<double, kBlended> weights{};
    double sum = 0;
    for (double& weight : weights) {
        weight = -std::log(1 - random.uniform()) + 1e-9;
        sum += weight;
    }
    std::fill(out.begin(), out.end(), 0.0F);
    add_scaled(out, 1 - moved, base_.row(anchors_[anchor]));
    for (const double weight : weights) {
        add_scaled(out, moved * weight / sum, neighbour_of(anchor));
    }
    const double scale = noise_ / std::sqrt(static_cast<double>(kDifferences));
    for (size_t i = 0; i < kDifferences; ++i) {
        const uint64_t elsewhere = random.below(anchors_.size());
        add_scaled(out, scale, base_.row(anchors_[elsewhere]));
        add_scaled(out, -scale, neighbour_of(elsewhere));
    }
    if (unit_) normalize(out);
}

Result<DenseDataset> DenseGrower::make(uint64_t stream, uint64_t count, Progress& progress) const {
    const uint64_t dim = base_.dim();
    std::vector<float> values;
    try {
        values.resize(count * dim);
    } catch (const std::exception&) {
        return Status::resource_exhausted("not enough memory for " + std::to_string(count) +
                                          " vectors of dimension " + std::to_string(dim));
    }
    for (uint64_t first = 0; first < count; first += kMadeAtOnce) {
        if (progress.cancelled()) return growth_cancelled();
        if (stream != kFitStream) progress.report("vectors", first, count);
        const auto end = static_cast<int64_t>(std::min(count, first + kMadeAtOnce));
#pragma omp parallel for schedule(static)
        for (int64_t r = static_cast<int64_t>(first); r < end; ++r) {
            const auto place = static_cast<uint64_t>(r);
            make_row(stream, place, std::span(values).subspan(place * dim, dim));
        }
    }
    return DenseDataset::from_values(std::move(values), dim);
}

}  // namespace temblor::cli
