#include "query/dense/dense_ground_truth.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <exception>
#include <limits>
#include <string>
#include <vector>

#include "query/collection/dense_distance.h"
#include "query/dense/row_products.h"

namespace temblor {
namespace {

constexpr uint64_t kMostQueriesAtOnce = 4096;
constexpr uint64_t kMostCandidates = uint64_t{1} << 24;
constexpr uint64_t kRowsAtOnce = 16'384;
constexpr uint64_t kLeastMargin = 16;

struct TruthCandidate {
    float key;  // larger is better
    int32_t row;
};

struct Answer {
    float score;
    int32_t row;
};

bool better_key(const TruthCandidate& a, const TruthCandidate& b) { return a.key > b.key; }
bool better_answer(const Answer& a, const Answer& b) {
    return a.score != b.score ? a.score > b.score : a.row < b.row;
}

double length_of(std::span<const float> vector) {
    double squares = 0;
    for (const float value : vector) squares += static_cast<double>(value) * value;
    return std::sqrt(squares);
}

// One query's candidates by their keys, at most `most` of them once pruned.
class CandidatePool {
public:
    void add(std::span<const float> keys, std::span<const int64_t> places, uint64_t first_row,
             bool negate, uint64_t most) {
        for (size_t i = 0; i < places.size(); ++i) {
            if (places[i] < 0) continue;
            const float key = negate ? -keys[i] : keys[i];
            const auto row = static_cast<int32_t>(first_row + static_cast<uint64_t>(places[i]));
            candidates_.push_back({key, row});
        }
        if (candidates_.size() > 2 * most) prune(most);
    }
    void prune(uint64_t most) {
        if (candidates_.size() <= most) return;
        std::nth_element(candidates_.begin(), candidates_.begin() + static_cast<ptrdiff_t>(most),
                         candidates_.end(), better_key);
        candidates_.resize(most);
    }
    void clear() { candidates_.clear(); }
    [[nodiscard]] const std::vector<TruthCandidate>& candidates() const { return candidates_; }

private:
    std::vector<TruthCandidate> candidates_;
};

class ExactDenseSearch {
public:
    ExactDenseSearch(const DenseDataset& rows, const DenseDataset& queries, Distance distance,
                     uint32_t k, Progress& progress)
        : rows_(rows),
          queries_(queries),
          distance_(distance),
          k_(std::min<uint64_t>(k, rows.rows())),
          most_(std::min(rows.rows(), k_ + std::max(kLeastMargin, k_ / 4))),
          at_once_(std::clamp<uint64_t>(kMostCandidates / (most_ + 1), 1, kMostQueriesAtOnce)),
          progress_(progress) {
        truth_.queries = static_cast<uint32_t>(queries.rows());
        truth_.k = k;
        truth_.rows.assign(queries.rows() * k, -1);
        truth_.scores.assign(queries.rows() * k, 0);
    }

    Result<GroundTruth> run() {
        measure_rows();
        for (uint64_t first = 0; first < queries_.rows(); first += at_once_) {
            TEMBLOR_RETURN_IF_ERROR(answer_block(first));
        }
        progress_.report(kStage, total(), total());
        return std::move(truth_);
    }

private:
    static constexpr const char* kStage = "exact search";

    [[nodiscard]] uint64_t total() const { return queries_.rows() * rows_.rows(); }
    [[nodiscard]] bool scaled() const { return distance_ == Distance::kCosine; }

    void measure_rows() {
        longest_ = scaled() ? 1 : 0;
        if (scaled()) return;
        const auto count = static_cast<int64_t>(rows_.rows());
        double longest = 0;
#pragma omp parallel for schedule(static) reduction(max : longest)
        for (int64_t r = 0; r < count; ++r) {
            longest = std::max(longest, length_of(rows_.row(static_cast<uint64_t>(r))));
        }
        longest_ = longest;
    }

    // Rows or queries as they are compared: views, or scaled copies in `copy`.
    [[nodiscard]] RowBlock block(const DenseDataset& from, uint64_t first, uint64_t count,
                                 std::vector<float>& copy) const {
        const uint64_t dim = from.dim();
        const std::span<const float> values = from.values().subspan(first * dim, count * dim);
        if (!scaled()) return {values, count, dim};
        copy.assign(values.begin(), values.end());
        const auto rows = static_cast<int64_t>(count);
#pragma omp parallel for schedule(static)
        for (int64_t r = 0; r < rows; ++r) {
            normalize(std::span(copy).subspan(static_cast<uint64_t>(r) * dim, dim));
        }
        return {copy, count, dim};
    }

    Status answer_block(uint64_t first_query) {
        const uint64_t count = std::min(at_once_, queries_.rows() - first_query);
        const RowBlock queries = block(queries_, first_query, count, query_copy_);
        pools_.resize(count);
        for (CandidatePool& pool : pools_) pool.clear();
        for (uint64_t first = 0; first < rows_.rows(); first += kRowsAtOnce) {
            if (progress_.cancelled()) return Status::cancelled("exact search was cancelled");
            progress_.report(kStage, first_query * rows_.rows() + first * count, total());
            TEMBLOR_RETURN_IF_ERROR(collect(queries, first));
        }
        const auto answers = static_cast<int64_t>(count);
        std::atomic<bool> stopped = false;
#pragma omp parallel for schedule(dynamic, 4)
        for (int64_t q = 0; q < answers; ++q) {
            const auto place = static_cast<uint64_t>(q);
            if (stopped.load(std::memory_order_relaxed)) continue;
            if (progress_.cancelled()) stopped.store(true, std::memory_order_relaxed);
            answer(queries.values.subspan(place * queries.dim, queries.dim), first_query + place,
                   pools_[place]);
        }
        return stopped ? Status::cancelled("exact search was cancelled") : Status::ok();
    }

    Status collect(const RowBlock& queries, uint64_t first) {
        const uint64_t count = std::min(kRowsAtOnce, rows_.rows() - first);
        const RowBlock rows = block(rows_, first, count, row_copy_);
        const uint64_t k = std::min(most_, count);
        const bool negate = distance_ == Distance::kEuclid;
        keys_.resize(queries.rows * k);
        places_.resize(queries.rows * k);
        TEMBLOR_RETURN_IF_ERROR(nearest_in_block(queries, rows, negate, k, keys_, places_));
        const auto merged = static_cast<int64_t>(queries.rows);
#pragma omp parallel for schedule(static)
        for (int64_t q = 0; q < merged; ++q) {
            const uint64_t begin = static_cast<uint64_t>(q) * k;
            pools_[static_cast<uint64_t>(q)].add(std::span(keys_).subspan(begin, k),
                                                 std::span(places_).subspan(begin, k), first,
                                                 negate, most_);
        }
        return Status::ok();
    }

    void answer(std::span<const float> query, uint64_t place, CandidatePool& pool) {
        pool.prune(most_);
        std::vector<float> copy;
        std::vector<Answer> answers;
        for (const TruthCandidate& candidate : pool.candidates()) {
            answers.push_back({score(query, candidate.row, copy), candidate.row});
        }
        const auto keep = [&] {
            const auto middle = answers.begin() + static_cast<ptrdiff_t>(k_);
            std::partial_sort(answers.begin(), middle, answers.end(), better_answer);
            answers.resize(k_);
        };
        const bool enough = answers.size() == most_;
        if (enough) keep();
        if (!enough || !is_certain(query, answers, pool)) {
            answers.clear();
            for (uint64_t r = 0; r < rows_.rows(); ++r) {
                const auto row = static_cast<int32_t>(r);
                answers.push_back({score(query, row, copy), row});
                if (answers.size() >= 2 * most_ + kRowsAtOnce) keep();
            }
            keep();
        }
        for (uint64_t i = 0; i < k_; ++i) {
            truth_.rows[place * truth_.k + i] = answers[i].row;
            truth_.scores[place * truth_.k + i] = answers[i].score;
        }
    }

    [[nodiscard]] float score(std::span<const float> query, int32_t row,
                              std::vector<float>& copy) const {
        const std::span<const float> vector = rows_.row(static_cast<uint64_t>(row));
        if (!scaled()) return dense_score(distance_, query, vector);
        copy.assign(vector.begin(), vector.end());
        normalize(copy);
        return dense_score(distance_, query, copy);
    }

    // Whether no row outside of the pool can reach the k-th answer. A row outside has no better key
    // than the pool's worst, and key and score differ by rounding: sums of d products are within
    // d * 2^-24 of the sum of their sizes (Higham, Accuracy and Stability, 3.1).
    [[nodiscard]] bool is_certain(std::span<const float> query, const std::vector<Answer>& answers,
                                  const CandidatePool& pool) const {
        if (most_ == rows_.rows() || answers.empty()) return true;
        const auto& candidates = pool.candidates();
        const double worst =
            std::max_element(candidates.begin(), candidates.end(), better_key)->key;
        const double rounding = static_cast<double>(query.size() + 8) * 0x1p-23;
        const double length = length_of(query);
        double kth = answers.back().score;
        double slack = rounding * length * longest_;
        if (distance_ == Distance::kEuclid) {
            kth = -kth * kth;
            slack = rounding * (length + longest_) * (length + longest_);
        }
        return std::isfinite(worst) && kth > worst + slack;
    }

    const DenseDataset& rows_;
    const DenseDataset& queries_;
    Distance distance_;
    uint64_t k_;
    uint64_t most_;
    uint64_t at_once_;
    Progress& progress_;
    GroundTruth truth_;
    double longest_ = 0;
    std::vector<float> query_copy_;
    std::vector<float> row_copy_;
    std::vector<float> keys_;
    std::vector<int64_t> places_;
    std::vector<CandidatePool> pools_;
};

Status check_arguments(const DenseDataset& rows, const DenseDataset& queries, Distance distance) {
    if (distance == Distance::kManhattan) {
        return Status::invalid_argument("metric is manhattan (expected ip, cosine or l2)");
    }
    if (rows.dim() != queries.dim()) {
        return Status::invalid_argument("queries have dimension " + std::to_string(queries.dim()) +
                                        ", documents " + std::to_string(rows.dim()));
    }
    if (rows.rows() > static_cast<uint64_t>(std::numeric_limits<int32_t>::max())) {
        return Status::resource_exhausted(
            std::to_string(rows.rows()) +
            " documents, but ground truth numbers rows with 32 bits (at most 2147483647)");
    }
    if (queries.rows() > std::numeric_limits<uint32_t>::max()) {
        return Status::resource_exhausted(std::to_string(queries.rows()) +
                                          " queries (at most 4294967295)");
    }
    return Status::ok();
}

}  // namespace

Result<GroundTruth> dense_ground_truth(const DenseDataset& rows, const DenseDataset& queries,
                                       Distance distance, uint32_t k, uint32_t threads,
                                       Progress& progress) {
    TEMBLOR_RETURN_IF_ERROR(check_arguments(rows, queries, distance));
    const OpenMpThreads in_use(threads);
    try {
        return ExactDenseSearch(rows, queries, distance, k, progress).run();
    } catch (const std::exception&) {  // std::bad_alloc, std::length_error
        return Status::resource_exhausted("not enough memory for the " + std::to_string(k) +
                                          " best rows of " + std::to_string(queries.rows()) +
                                          " queries");
    }
}

}  // namespace temblor
