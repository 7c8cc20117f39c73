#include "cli/evaluation.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "cli/metrics.h"

namespace temblor::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr uint32_t kRankedCut = 10;
constexpr uint64_t kReportEvery = 64;

// One pass over all queries, in order; `each` sees the query's number, its result and its time.
template <typename Each>
Status pass(std::string_view stage, uint64_t queries, const QueryRunner& run, SearchResult& result,
            Progress& progress, Each each) {
    for (uint64_t q = 0; q < queries; ++q) {
        if (q % kReportEvery == 0) {
            if (progress.cancelled()) return Status::cancelled("interrupted");
            progress.report(stage, q, queries);
        }
        const auto start = Clock::now();
        Status status = run(q, result);
        const auto end = Clock::now();
        if (!status.is_ok()) return std::move(status).with_context(fmt::format("query {}", q));
        each(q, std::chrono::duration<double, std::micro>(end - start).count());
    }
    return Status::ok();
}

}  // namespace

Latency summarise(const std::vector<double>& microseconds) {
    return {mean(microseconds), percentile(microseconds, 50), percentile(microseconds, 99)};
}

Result<Measurement> measure(uint64_t queries, const QueryRunner& run, uint32_t warmup,
                            uint32_t repeats, Progress& progress) {
    SearchResult result;
    for (uint32_t i = 0; i < warmup; ++i) {
        TEMBLOR_RETURN_IF_ERROR(
            pass("warming up", queries, run, result, progress, [](uint64_t, double) {}));
    }
    Measurement measured;
    measured.hits.resize(queries);
    std::vector<Latency> passes;
    std::vector<double> times(queries);
    for (uint32_t i = 0; i < std::max(repeats, 1U); ++i) {
        TEMBLOR_RETURN_IF_ERROR(
            pass("searching", queries, run, result, progress, [&](uint64_t q, double took_us) {
                times[q] = took_us;
                if (i > 0) return;
                measured.totals.add(result.counters);
                measured.hits[q] = result.hits;
            }));
        passes.push_back(summarise(times));
    }
    const auto middle = passes.begin() + static_cast<ptrdiff_t>((passes.size() - 1) / 2);
    std::nth_element(passes.begin(), middle, passes.end(),
                     [](const Latency& a, const Latency& b) { return a.mean < b.mean; });
    measured.latency = *middle;
    return measured;
}

Result<Quality> assess(const std::vector<std::vector<Hit>>& hits, const DocumentIds& query_ids,
                       const DocumentIds& document_ids, const Qrels& qrels, uint32_t k,
                       float nothing) {
    Quality sum;
    std::vector<std::string> ranking;
    for (uint64_t q = 0; q < hits.size(); ++q) {
        const auto judged = qrels.grades.find(query_ids.id_string(q));
        if (judged == qrels.grades.end()) continue;
        ranking.clear();
        for (const Hit& hit : hits[q]) {
            if (hit.score > nothing) ranking.push_back(document_ids.id_string(hit.row));
        }
        const uint32_t cut = std::min(k, kRankedCut);
        sum.ndcg += ndcg(ranking, judged->second, cut);
        sum.reciprocal_rank += reciprocal_rank(ranking, judged->second, cut);
        sum.recall += recall(ranking, judged->second, k);
        ++sum.judged;
    }
    if (sum.judged == 0) {
        return Status::invalid_argument(
            "no query has a judgement: do the queries' ids (--query-ids) match the qrels?");
    }
    const auto n = static_cast<double>(sum.judged);
    return Quality{sum.ndcg / n, sum.reciprocal_rank / n, sum.recall / n, sum.judged};
}

double mean_accuracy(const std::vector<std::vector<Hit>>& hits,
                     const std::vector<std::vector<Hit>>& truth, uint32_t k, float nothing) {
    std::vector<double> shares;
    std::vector<uint32_t> found;
    std::vector<uint32_t> exact;
    for (size_t q = 0; q < std::min(hits.size(), truth.size()); ++q) {
        exact.clear();
        for (size_t i = 0; i < std::min<size_t>(k, truth[q].size()); ++i) {
            if (truth[q][i].score > nothing) exact.push_back(truth[q][i].row);
        }
        if (exact.empty()) continue;
        found.clear();
        for (size_t i = 0; i < std::min<size_t>(k, hits[q].size()); ++i) {
            found.push_back(hits[q][i].row);
        }
        shares.push_back(accuracy(found, exact));
    }
    return shares.empty() ? 1 : mean(shares);
}

Result<std::vector<std::vector<Hit>>> ground_truth_hits(const GroundTruth& truth, uint64_t queries,
                                                        uint64_t rows, uint32_t k) {
    if (truth.queries != queries) {
        return Status::invalid_argument(fmt::format(
            "ground truth of {} queries, but there are {} queries", truth.queries, queries));
    }
    if (truth.k < k) {
        return Status::invalid_argument(
            fmt::format("ground truth of {} answers a query, but --k is {}", truth.k, k));
    }
    std::vector<std::vector<Hit>> result(truth.queries);
    for (size_t q = 0; q < result.size(); ++q) {
        for (size_t i = 0; i < k; ++i) {
            const size_t at = q * truth.k + i;
            const int32_t row = truth.rows[at];
            if (row < 0) break;
            if (static_cast<uint64_t>(row) >= rows) {
                return Status::invalid_argument(fmt::format(
                    "ground truth of query {}: row {} is past the index's {} rows", q, row, rows));
            }
            result[q].push_back({static_cast<uint32_t>(row), truth.scores[at]});
        }
    }
    return result;
}

}  // namespace temblor::cli
