#include "index/hash/cells.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <new>
#include <numeric>

#include <faiss/Clustering.h>
#include <faiss/IndexFlat.h>
#include <faiss/impl/FaissException.h>
#include <faiss/utils/distances.h>
#include <omp.h>

#include "index/hash/row_product.h"

namespace temblor {
namespace {

/// Coarse cells learn from so many rows each; small ones from all of their list, up to as many.
constexpr int kRowsACentroid = 128;
constexpr int kCoarseRounds = 8;
constexpr int kCellRounds = 6;
/// A row's cells are looked for in this many lists around it.
constexpr uint32_t kListsAround = 12;
/// How many of the nearest cells are weighed against each other, of each list and in all.
constexpr uint32_t kCellsAList = 8;
constexpr uint32_t kCandidates = 24;
/// How often cells move to the mean of their rows after all rows have been looked at.
constexpr uint32_t kMoves = 1;
/// What it costs a further cell that its residual points where an earlier one's does: where one
/// residual hides the row from a query the other should not (SOAR, Sun et al., NeurIPS 2023).
constexpr float kParallelCost = 1.5F;
constexpr size_t kBatchRows = 1 << 16;

std::vector<float> k_means(std::span<const float> rows, uint32_t dim, uint32_t k, int rounds,
                           uint64_t seed) {
    const size_t n = rows.size() / dim;
    if (k >= n) return {rows.begin(), rows.end()};
    faiss::Clustering clustering(static_cast<int>(dim), static_cast<int>(k));
    clustering.niter = rounds;
    clustering.seed = static_cast<int>(seed & 0x7FFFFFFFU);
    clustering.min_points_per_centroid = 1;
    clustering.max_points_per_centroid = kRowsACentroid;
    faiss::IndexFlatL2 index(dim);
    clustering.train(static_cast<faiss::Index::idx_t>(n), rows.data(), index);
    return std::move(clustering.centroids);
}

/// Rows in the order of a key below `keys`: begins has keys + 1 entries.
struct Grouped {
    std::vector<uint64_t> begins;
    std::vector<uint32_t> rows;
};
Grouped group_by(std::span<const int64_t> key_of_row, uint32_t keys) {
    Grouped out;
    out.begins.assign(size_t{keys} + 1, 0);
    for (const int64_t key : key_of_row) ++out.begins[static_cast<size_t>(key) + 1];
    std::partial_sum(out.begins.begin(), out.begins.end(), out.begins.begin());
    out.rows.resize(key_of_row.size());
    std::vector<uint64_t> next(out.begins.begin(), out.begins.end() - 1);
    for (uint32_t r = 0; r < key_of_row.size(); ++r)
        out.rows[next[static_cast<size_t>(key_of_row[r])]++] = r;
    return out;
}

class CellTrainer {
public:
    CellTrainer(std::span<const float> rows, uint32_t dim, const HashParameters& parameters,
                Progress& progress)
        : rows_(rows),
          dim_(dim),
          count_(rows.size() / dim),
          parameters_(parameters),
          progress_(progress) {}

    Status run(Cells& cells, CellAssignment& assignment) {
        progress_.report("coarse cells", 0, 0);
        std::vector<float> coarse =
            k_means(rows_, dim_, parameters_.lists, kCoarseRounds, parameters_.seed);
        if (progress_.cancelled()) return interrupted();
        nearest_lists(coarse);
        const auto lists = static_cast<uint32_t>(coarse.size() / dim_);
        const Grouped by_list = group_by(list_of_row_, lists);
        TEMBLOR_RETURN_IF_ERROR(split_lists(by_list, lists, cells));
        for (uint32_t move = 0; move <= kMoves; ++move) {
            centre_lists(cells);
            // Moving needs the nearest cell alone.
            assignment.each = move < kMoves ? 1 : parameters_.assignments;
            TEMBLOR_RETURN_IF_ERROR(assign(cells, assignment));
            if (move < kMoves) move_cells(assignment, cells);
        }
        return Status::ok();
    }

private:
    static Status interrupted() {
        return Status::cancelled("the training of cells was interrupted");
    }

    void nearest_lists(const std::vector<float>& coarse) {
        constexpr size_t kBatch = 16384;
        list_of_row_.resize(count_);
        std::vector<float> distances(kBatch);
        for (size_t begin = 0; begin < count_; begin += kBatch) {
            const size_t n = std::min(kBatch, count_ - begin);
            faiss::knn_L2sqr(rows_.data() + begin * dim_, coarse.data(), dim_, n,
                             coarse.size() / dim_, 1, distances.data(),
                             list_of_row_.data() + begin);
        }
        for (int64_t& list : list_of_row_) list = std::max<int64_t>(list, 0);
    }

    [[nodiscard]] std::vector<float> gather(std::span<const uint32_t> rows) const {
        std::vector<float> out(rows.size() * dim_);
        for (size_t i = 0; i < rows.size(); ++i) {
            std::copy_n(rows_.data() + size_t{rows[i]} * dim_, dim_, out.data() + i * dim_);
        }
        return out;
    }

    /// Calls each(list, its rows) for all lists on all threads, with what Faiss does inside on one.
    template <typename Each>
    Status over_lists(const Grouped& by_list, const char* stage, const Each& each) {
        const auto lists = static_cast<int64_t>(by_list.begins.size() - 1);
        std::atomic<int64_t> done{0};
        std::atomic<bool> stop{false};
        std::string failure;
#pragma omp parallel for schedule(dynamic, 1)
        for (int64_t l = 0; l < lists; ++l) {
            if (stop) continue;
            const auto begin = by_list.begins[static_cast<size_t>(l)];
            const auto end = by_list.begins[static_cast<size_t>(l) + 1];
            try {
                each(static_cast<uint32_t>(l), std::span(by_list.rows).subspan(begin, end - begin));
            } catch (const std::exception& e) {
#pragma omp critical
                failure = e.what();
                stop = true;
            }
            const int64_t finished = ++done;
            if (omp_get_thread_num() == 0) {
                progress_.report(stage, static_cast<uint64_t>(finished),
                                 static_cast<uint64_t>(lists));
                if (progress_.cancelled()) stop = true;
            }
        }
        if (!failure.empty()) return Status::internal("k-means: " + failure);
        return stop ? interrupted() : Status::ok();
    }

    Status split_lists(const Grouped& by_list, uint32_t lists, Cells& cells) {
        std::vector<std::vector<float>> centroids(lists);
        TEMBLOR_RETURN_IF_ERROR(
            over_lists(by_list, "cells", [&](uint32_t l, std::span<const uint32_t> rows) {
                if (rows.empty()) return;
                const double share = static_cast<double>(rows.size()) /
                                     static_cast<double>(count_) *
                                     static_cast<double>(parameters_.cells);
                const auto k = static_cast<uint32_t>(std::max<int64_t>(std::lround(share), 1));
                centroids[l] = k_means(gather(rows), dim_, k, kCellRounds, parameters_.seed + l);
            }));
        cells.dim = dim_;
        cells.centroids.clear();
        cells.list_begins.assign(1, 0);
        for (std::vector<float>& list : centroids) {
            if (list.empty()) continue;  // coarse cells without rows
            cells.centroids.insert(cells.centroids.end(), list.begin(), list.end());
            cells.list_begins.push_back(static_cast<uint32_t>(cells.centroids.size() / dim_));
            list = {};
        }
        return Status::ok();
    }

    void centre_lists(Cells& cells) const {
        cells.lists.assign(size_t{cells.list_count()} * dim_, 0);
        for (uint32_t l = 0; l < cells.list_count(); ++l) {
            const uint32_t begin = cells.list_begins[l];
            const uint32_t end = cells.list_begins[l + 1];
            float* centre = cells.lists.data() + size_t{l} * dim_;
            for (uint32_t c = begin; c < end; ++c) {
                const auto centroid = cells.centroid(c);
                for (uint32_t d = 0; d < dim_; ++d) centre[d] += centroid[d];
            }
            for (uint32_t d = 0; d < dim_ && end > begin; ++d)
                centre[d] /= static_cast<float>(end - begin);
        }
    }

    struct Candidate {
        float distance;
        uint32_t cell;
    };

    Status assign(const Cells& cells, CellAssignment& assignment) {
        assignment.cells.assign(count_ * assignment.each, CellAssignment::kNoCell);
        for (size_t begin = 0; begin < count_; begin += kBatchRows) {
            if (progress_.cancelled()) return interrupted();
            progress_.report("assigning", begin, count_);
            assign_batch(cells, begin, std::min(kBatchRows, count_ - begin), assignment);
        }
        return Status::ok();
    }

    /// The lists around each row, then list by list the best cells of it for the rows that look
    /// there, then row by row the best of all.
    void assign_batch(const Cells& cells, size_t begin, size_t rows, CellAssignment& assignment) {
        const uint32_t lists = cells.list_count();
        const uint32_t around = std::min(kListsAround, lists);
        std::vector<float> distances(rows * around);
        std::vector<int64_t> near(rows * around);
        faiss::knn_L2sqr(rows_.data() + begin * dim_, cells.lists.data(), dim_, rows, lists, around,
                         distances.data(), near.data());
        for (int64_t& list : near) list = std::max<int64_t>(list, 0);
        const Grouped visits = group_by(near, lists);
        const uint32_t each = assignment.each == 1 ? 1 : kCellsAList;
        std::vector<Candidate> found(rows * around * each,
                                     {std::numeric_limits<float>::max(), CellAssignment::kNoCell});
#pragma omp parallel for schedule(dynamic, 1)
        for (uint32_t l = 0; l < lists; ++l) {
            const auto of_list =
                std::span(visits.rows)
                    .subspan(visits.begins[l], visits.begins[l + 1] - visits.begins[l]);
            search_list(cells, l, of_list, begin, around, each, found);
        }
#pragma omp parallel
        {
            std::vector<Candidate> candidates;
#pragma omp for schedule(static)
            for (size_t i = 0; i < rows; ++i) {
                const auto of_row = std::span(found).subspan(i * around * each, around * each);
                candidates.assign(of_row.begin(), of_row.end());
                choose(cells, begin + i, candidates,
                       std::span(assignment.cells)
                           .subspan((begin + i) * assignment.each, assignment.each));
            }
        }
    }

    void search_list(const Cells& cells, uint32_t list, std::span<const uint32_t> visits,
                     size_t begin, uint32_t around, uint32_t each,
                     std::vector<Candidate>& found) const {
        const uint32_t first = cells.list_begins[list];
        const uint32_t size = cells.list_begins[list + 1] - first;
        if (visits.empty() || size == 0) return;
        std::vector<float> vectors(visits.size() * dim_);
        for (size_t i = 0; i < visits.size(); ++i) {
            std::copy_n(rows_.data() + (begin + visits[i] / around) * dim_, dim_,
                        vectors.data() + i * dim_);
        }
        const size_t k = std::min(each, size);
        std::vector<float> distances(visits.size() * k);
        std::vector<int64_t> nearest(visits.size() * k);
        faiss::knn_L2sqr(vectors.data(), cells.centroids.data() + size_t{first} * dim_, dim_,
                         visits.size(), size, k, distances.data(), nearest.data());
        for (size_t i = 0; i < visits.size(); ++i) {
            for (size_t j = 0; j < k; ++j) {
                if (nearest[i * k + j] < 0) continue;
                found[size_t{visits[i]} * each + j] = {
                    distances[i * k + j], first + static_cast<uint32_t>(nearest[i * k + j])};
            }
        }
    }

    /// The nearest cell, then those that are near and whose residuals point elsewhere.
    void choose(const Cells& cells, size_t row, std::vector<Candidate>& candidates,
                std::span<uint32_t> chosen) const {
        const size_t kept = std::min<size_t>(candidates.size(), kCandidates);
        std::partial_sort(candidates.begin(), candidates.begin() + static_cast<ptrdiff_t>(kept),
                          candidates.end(), [](const Candidate& a, const Candidate& b) {
                              return a.distance != b.distance ? a.distance < b.distance
                                                              : a.cell < b.cell;
                          });
        candidates.resize(kept);
        std::erase_if(candidates,
                      [](const Candidate& c) { return c.cell == CellAssignment::kNoCell; });
        const float* x = rows_.data() + row * dim_;
        std::vector<float> direction(dim_);
        for (size_t a = 0; a < chosen.size() && !candidates.empty(); ++a) {
            const auto best = std::min_element(
                candidates.begin(), candidates.end(), [](const Candidate& p, const Candidate& q) {
                    return p.distance != q.distance ? p.distance < q.distance : p.cell < q.cell;
                });
            chosen[a] = best->cell;
            candidates.erase(best);
            if (a + 1 == chosen.size()) break;
            const auto centroid = cells.centroid(chosen[a]);
            float length = 0;
            for (uint32_t d = 0; d < dim_; ++d) {
                direction[d] = x[d] - centroid[d];
                length += direction[d] * direction[d];
            }
            if (!(length > 0)) continue;
            const float of_row = row_product(x, direction.data(), dim_);
            for (Candidate& c : candidates) {
                const float along =
                    of_row - row_product(cells.centroid(c.cell).data(), direction.data(), dim_);
                c.distance += kParallelCost * along * along / length;
            }
        }
    }

    /// Each cell to the mean of the rows that are nearest to it.
    void move_cells(const CellAssignment& assignment, Cells& cells) const {
        std::vector<double> sums(cells.centroids.size(), 0);
        std::vector<uint32_t> counts(cells.cell_count(), 0);
        for (size_t r = 0; r < count_; ++r) {
            const uint32_t cell = assignment.cells[r * assignment.each];
            if (cell == CellAssignment::kNoCell) continue;
            ++counts[cell];
            double* sum = sums.data() + size_t{cell} * dim_;
            const float* row = rows_.data() + r * dim_;
            for (uint32_t d = 0; d < dim_; ++d) sum[d] += static_cast<double>(row[d]);
        }
        for (uint32_t c = 0; c < cells.cell_count(); ++c) {
            if (counts[c] == 0) continue;
            for (uint32_t d = 0; d < dim_; ++d) {
                cells.centroids[size_t{c} * dim_ + d] =
                    static_cast<float>(sums[size_t{c} * dim_ + d] / counts[c]);
            }
        }
    }

    std::span<const float> rows_;
    uint32_t dim_;
    size_t count_;
    const HashParameters& parameters_;
    Progress& progress_;
    std::vector<int64_t> list_of_row_;
};

}  // namespace

Result<Cells> train_cells(std::span<const float> rows, uint32_t dim,
                          const HashParameters& parameters, CellAssignment& assignment,
                          Progress& progress) {
    Cells cells;
    try {
        TEMBLOR_RETURN_IF_ERROR(
            CellTrainer(rows, dim, parameters, progress).run(cells, assignment));
    } catch (const std::bad_alloc&) {
        return Status::resource_exhausted("cells: no memory for their training");
    } catch (const faiss::FaissException& e) {
        return Status::internal(std::string("k-means: ") + e.what());
    }
    return cells;
}

}  // namespace temblor
