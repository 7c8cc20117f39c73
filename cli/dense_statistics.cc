#include "cli/dense_statistics.h"

#include <algorithm>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "cli/random_source.h"
#include "data/dense_vector.h"
#include "query/dense/principal_variances.h"
#include "query/dense/row_products.h"

namespace temblor::cli {
namespace {

constexpr uint64_t kProbes = 1000;
constexpr uint64_t kSpectrumRows = 10'000;
constexpr uint64_t kNeighbours = 11;  // the row itself and ten others

enum DenseStreamFamily : uint64_t { kDrawnRows, kProbeRows, kSpectrumSample };

std::vector<uint64_t> draw_places(uint64_t of, uint64_t count, RandomSource random) {
    std::vector<uint64_t> places(of);
    std::iota(places.begin(), places.end(), uint64_t{0});
    for (uint64_t i = 0; i < count; ++i) std::swap(places[i], places[i + random.below(of - i)]);
    places.resize(count);
    return places;
}

std::vector<float> rows_at(std::span<const float> values, uint64_t dim,
                           const std::vector<uint64_t>& places) {
    std::vector<float> rows;
    rows.reserve(places.size() * dim);
    for (const uint64_t place : places) {
        const std::span<const float> row = values.subspan(place * dim, dim);
        rows.insert(rows.end(), row.begin(), row.end());
    }
    return rows;
}

// The probe itself is left out by its place; of equal rows one may stand in its stead.
void add_neighbours(std::span<const float> keys, std::span<const int64_t> places, uint64_t probe,
                    DenseStatistics& sums) {
    const auto self = std::find(places.begin(), places.end(), static_cast<int64_t>(probe));
    const auto at = static_cast<size_t>(self - places.begin());
    sums.nearest += keys[at == 0 ? 1 : 0];
    sums.tenth += keys[at < kNeighbours ? kNeighbours - 1 : kNeighbours - 2];
}

}  // namespace

Status measure_spectrum(const DenseDataset& sample, uint64_t seed, DenseStatistics& statistics) {
    const DenseDataset drawn =
        draw_rows(sample, std::min(sample.rows(), kSpectrumRows), seed ^ kSpectrumSample);
    TEMBLOR_ASSIGN_OR_RETURN(const std::vector<float> variances,
                             principal_variances({drawn.values(), drawn.rows(), drawn.dim()}));
    const auto sum_of = [&](size_t most) {
        const auto end =
            variances.begin() + static_cast<ptrdiff_t>(std::min(most, variances.size()));
        return std::accumulate(variances.begin(), end, 0.0);
    };
    const double all = sum_of(variances.size());
    statistics.share16 = all > 0 ? sum_of(16) / all : 0;
    statistics.share64 = all > 0 ? sum_of(64) / all : 0;
    return Status::ok();
}

Status measure_neighbours(const DenseDataset& sample, uint64_t seed, DenseStatistics& statistics) {
    const uint64_t dim = sample.dim();
    std::vector<float> unit(sample.values().begin(), sample.values().end());
    for (uint64_t r = 0; r < sample.rows(); ++r) normalize(std::span(unit).subspan(r * dim, dim));
    const std::vector<uint64_t> probes = draw_places(
        sample.rows(), std::min(sample.rows(), kProbes), RandomSource(seed, kProbeRows, 0));
    const std::vector<float> asked = rows_at(unit, dim, probes);

    std::vector<float> keys(probes.size() * kNeighbours);
    std::vector<int64_t> places(keys.size());
    TEMBLOR_RETURN_IF_ERROR(nearest_in_block(
        {asked, probes.size(), dim}, {unit, sample.rows(), dim}, false, kNeighbours, keys, places));
    statistics.nearest = 0;
    statistics.tenth = 0;
    for (size_t i = 0; i < probes.size(); ++i) {
        add_neighbours(std::span(keys).subspan(i * kNeighbours, kNeighbours),
                       std::span(places).subspan(i * kNeighbours, kNeighbours), probes[i],
                       statistics);
    }
    statistics.nearest /= static_cast<double>(probes.size());
    statistics.tenth /= static_cast<double>(probes.size());
    return Status::ok();
}

Result<DenseStatistics> measure_dense(const DenseDataset& sample, uint64_t seed) {
    DenseStatistics statistics;
    TEMBLOR_RETURN_IF_ERROR(measure_neighbours(sample, seed, statistics));
    TEMBLOR_RETURN_IF_ERROR(measure_spectrum(sample, seed, statistics));
    return statistics;
}

DenseDataset draw_rows(const DenseDataset& data, uint64_t rows, uint64_t seed) {
    const std::vector<uint64_t> places =
        draw_places(data.rows(), rows, RandomSource(seed, kDrawnRows, 0));
    return DenseDataset::from_values(rows_at(data.values(), data.dim(), places), data.dim())
        .value();
}

}  // namespace temblor::cli
