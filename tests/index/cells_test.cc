#include "index/hash/cells.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include <gtest/gtest.h>
#include <omp.h>

#include "tests/data/test_files.h"
#include "tests/index/clustered_vectors.h"

namespace temblor {
namespace {

struct TrainedCells {
    Cells cells;
    CellAssignment assignment;
    HashParameters parameters;
};

TrainedCells train(const DenseDataset& rows, HashParameters parameters) {
    omp_set_num_threads(1);  // other tests run beside these
    TrainedCells out;
    out.parameters = parameters.resolved(rows.rows());
    auto trained = train_cells(rows.values(), static_cast<uint32_t>(rows.dim()), out.parameters,
                               out.assignment, no_progress());
    EXPECT_TRUE(trained.is_ok()) << trained.status().message();
    out.cells = std::move(trained).value();
    return out;
}

/// What holds whatever the rows are: shapes, order, finite centroids, and that each row stands in
/// as many different cells as it may.
void expect_well_formed(const DenseDataset& rows, const TrainedCells& t) {
    const Cells& cells = t.cells;
    const uint32_t dim = cells.dim;
    ASSERT_EQ(dim, rows.dim());
    ASSERT_EQ(cells.list_begins.front(), 0U);
    ASSERT_GE(cells.list_count(), 1U);
    ASSERT_LE(cells.list_count(), t.parameters.lists);
    ASSERT_EQ(cells.lists.size(), size_t{cells.list_count()} * dim);
    ASSERT_EQ(cells.centroids.size(), size_t{cells.cell_count()} * dim);
    for (const float v : cells.centroids) ASSERT_TRUE(std::isfinite(v));
    for (uint32_t l = 0; l < cells.list_count(); ++l) {
        const uint32_t begin = cells.list_begins[l];
        const uint32_t end = cells.list_begins[l + 1];
        ASSERT_LT(begin, end) << "list " << l << " has no cell";
        for (uint32_t d = 0; d < dim; ++d) {
            double mean = 0;
            for (uint32_t c = begin; c < end; ++c)
                mean += static_cast<double>(cells.centroid(c)[d]);
            mean /= end - begin;
            ASSERT_NEAR(static_cast<double>(cells.list(l)[d]), mean, 1e-3);
        }
    }
    const uint32_t each = t.assignment.each;
    ASSERT_EQ(each, t.parameters.assignments);
    ASSERT_EQ(t.assignment.cells.size(), rows.rows() * each);
    for (uint64_t r = 0; r < rows.rows(); ++r) {
        const auto own = std::span(t.assignment.cells).subspan(r * each, each);
        const auto past = std::find(own.begin(), own.end(), CellAssignment::kNoCell);
        const std::set<uint32_t> distinct(own.begin(), past);
        ASSERT_EQ(distinct.size(), static_cast<size_t>(past - own.begin())) << "row " << r;
        ASSERT_FALSE(distinct.empty()) << "row " << r << " stands nowhere";
        ASSERT_LT(*distinct.rbegin(), cells.cell_count());
        ASSERT_TRUE(
            std::all_of(past, own.end(), [](uint32_t c) { return c == CellAssignment::kNoCell; }));
    }
}

double squared_distance(std::span<const float> a, std::span<const float> b) {
    double sum = 0;
    for (size_t d = 0; d < a.size(); ++d)
        sum += std::pow(static_cast<double>(a[d]) - static_cast<double>(b[d]), 2);
    return sum;
}

/// The share of rows whose first cell is the nearest of all.
double share_of_nearest(const DenseDataset& rows, const TrainedCells& t) {
    uint64_t nearest = 0;
    for (uint64_t r = 0; r < rows.rows(); ++r) {
        double least = squared_distance(rows.row(r), t.cells.centroid(0));
        for (uint32_t c = 1; c < t.cells.cell_count(); ++c)
            least = std::min(least, squared_distance(rows.row(r), t.cells.centroid(c)));
        const uint32_t own = t.assignment.cells[r * t.assignment.each];
        if (squared_distance(rows.row(r), t.cells.centroid(own)) <= least + 1e-4) ++nearest;
    }
    return static_cast<double>(nearest) / static_cast<double>(rows.rows());
}

DenseDataset repeated(const std::vector<float>& row, uint32_t count) {
    std::vector<float> values;
    for (uint32_t i = 0; i < count; ++i) values.insert(values.end(), row.begin(), row.end());
    return DenseDataset::from_values(std::move(values), row.size()).value();
}

TEST(TrainedCells, TheFirstIsNearlyAlwaysTheNearest) {
    testing::ClusteredShape shape;
    shape.outliers = 0;
    const DenseDataset rows = testing::clustered_vectors(shape);
    const TrainedCells t = train(rows, {});
    expect_well_formed(rows, t);
    EXPECT_NEAR(t.cells.cell_count(), 301, 15);
    EXPECT_GE(share_of_nearest(rows, t), 0.99);
    for (const uint32_t cell : t.assignment.cells) ASSERT_NE(cell, CellAssignment::kNoCell);
}

TEST(TrainedCells, AreFewerWhereThereAreMoreOfThemThanRows) {
    testing::ClusteredShape shape;
    shape.rows = 30;
    shape.dim = 5;
    shape.zeros = 1;
    const DenseDataset rows = testing::clustered_vectors(shape);
    for (const uint32_t cells : {1U, 29U, 30U, 1000U}) {
        for (const uint32_t lists : {1U, 7U, 30U, 1000U}) {
            SCOPED_TRACE(::testing::Message() << cells << " cells, " << lists << " lists");
            HashParameters parameters;
            parameters.cells = cells;
            parameters.lists = std::min(lists, cells);
            const TrainedCells t = train(rows, parameters);
            expect_well_formed(rows, t);
            EXPECT_LE(t.cells.cell_count(), 30U + t.cells.list_count());
        }
    }
}

TEST(TrainedCells, OfOneRow) {
    const DenseDataset rows = repeated({1, 2, 3}, 1);
    const TrainedCells t = train(rows, {});
    expect_well_formed(rows, t);
    EXPECT_EQ(t.cells.cell_count(), 1U);
    EXPECT_EQ(t.assignment.cells, (std::vector<uint32_t>{0}));
    for (uint32_t d = 0; d < 3; ++d) EXPECT_FLOAT_EQ(t.cells.centroid(0)[d], rows.row(0)[d]);
}

TEST(TrainedCells, OfEqualRows) {
    for (const std::vector<float>& row : {std::vector<float>{0, 0, 0, 0}, {1, -2, 3, 0.5F}}) {
        const DenseDataset rows = repeated(row, 2000);
        const TrainedCells t = train(rows, {});
        expect_well_formed(rows, t);
        EXPECT_EQ(share_of_nearest(rows, t), 1.0);
    }
}

TEST(TrainedCells, ListsWithoutRowsHideNothing) {
    // Most rows in a heap, the others far off in all directions and so far from their lists'
    // centres that nothing in the middle may look nearer.
    SplitMix random(8);
    std::vector<float> values;
    for (uint32_t r = 0; r < 1500; ++r) {
        for (uint32_t d = 0; d < 8; ++d) {
            values.push_back(r < 1200 ? 1.0F : static_cast<float>(0.5 * testing::gaussian(random)));
        }
    }
    const DenseDataset rows = DenseDataset::from_values(std::move(values), 8).value();
    HashParameters parameters;
    parameters.cells = 150;
    parameters.lists = 150;
    const TrainedCells t = train(rows, parameters);
    expect_well_formed(rows, t);
    EXPECT_GE(share_of_nearest(rows, t), 0.97);
}

TEST(TrainedCells, OfOneDimension) {
    testing::ClusteredShape shape;
    shape.rows = 800;
    shape.dim = 1;
    const DenseDataset rows = testing::clustered_vectors(shape);
    const TrainedCells t = train(rows, {});
    expect_well_formed(rows, t);
    EXPECT_GE(share_of_nearest(rows, t), 0.95);
}

TEST(TrainedCells, AreTheSameForTheSameSeed) {
    testing::ClusteredShape shape;
    shape.rows = 900;
    const DenseDataset rows = testing::clustered_vectors(shape);
    HashParameters parameters;
    const TrainedCells first = train(rows, parameters);
    const TrainedCells second = train(rows, parameters);
    EXPECT_EQ(first.cells.centroids, second.cells.centroids);
    EXPECT_EQ(first.assignment.cells, second.assignment.cells);
}

TEST(TrainedCells, StopWhenAsked) {
    testing::ClusteredShape shape;
    shape.rows = 600;
    const DenseDataset rows = testing::clustered_vectors(shape);
    const HashParameters parameters = HashParameters{}.resolved(rows.rows());
    for (int patience = 0;; ++patience) {
        testing::CancelAfter progress(patience);
        CellAssignment assignment;
        const auto trained =
            train_cells(rows.values(), shape.dim, parameters, assignment, progress);
        if (trained.is_ok()) {
            EXPECT_GE(patience, 2);
            break;
        }
        EXPECT_ERROR(trained, StatusCode::kCancelled, "interrupted");
    }
}

}  // namespace
}  // namespace temblor
