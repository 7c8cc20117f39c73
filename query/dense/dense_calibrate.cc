#include "query/dense/dense_calibrate.h"

#include <algorithm>
#include <string>

#include "data/splitmix.h"
#include "query/frontier.h"

namespace temblor {
namespace {

std::vector<DenseSetting> dense_grid(uint32_t k, const HashedLists& lists) {
    std::vector<DenseSetting> grid;
    for (const uint32_t n : {4U, 6U, 8U, 12U, 16U, 24U, 32U, 48U, 64U, 96U, 128U, 192U, 256U}) {
        if (n > lists.lists().size()) break;
        for (const float slack : {0.5F, 0.75F, 1.0F, 1.25F, 1.5F, 2.0F, 3.0F}) {
            for (const uint32_t more : {15U, 30U, 60U, 120U}) {
                grid.push_back({n, 0, slack, more + k / 2});
            }
        }
    }
    return grid;
}

std::vector<DenseSetting> graph_grid(uint32_t k) {
    std::vector<DenseSetting> grid;
    for (const uint32_t ef : {10U, 16U, 24U, 32U, 48U, 64U, 96U, 128U, 192U, 256U, 384U, 512U}) {
        if (ef < k) continue;
        grid.emplace_back();
        grid.back().ef = ef;
    }
    if (grid.empty()) grid.emplace_back();
    return grid;
}

/// Nanoseconds, nearly: summaries and codes are read in runs, refined rows and blocks at random.
double dense_cost(const SearchCounters& c) {
    return 2.0 * static_cast<double>(c.summary_entries) +
           2.5 * static_cast<double>(c.documents_scored) + 75.0 * static_cast<double>(c.refined) +
           100.0 * static_cast<double>(c.blocks_visited);
}

Result<DenseDataset> sample_dense_queries(const DenseDataset& given, uint32_t most) {
    if (given.rows() <= most) return given;
    std::vector<float> values;
    for (uint64_t i = 0; i < most; ++i) {
        const auto row = given.row(i * given.rows() / most);
        values.insert(values.end(), row.begin(), row.end());
    }
    return DenseDataset::from_values(std::move(values), given.dim());
}

/// Stored vectors and which rows they are.
Result<DenseDataset> stored_queries(const VectorStore& store, uint32_t most,
                                    std::vector<uint32_t>& rows) {
    SplitMix random(1);
    std::vector<float> values;
    const uint64_t n = std::min<uint64_t>(most, store.rows());
    for (uint64_t i = 0; i < n; ++i) {
        rows.push_back(static_cast<uint32_t>(n == store.rows() ? i : random.below(store.rows())));
        values.resize(values.size() + store.dim());
        store.read(rows.back(), std::span(values).last(store.dim()));
    }
    return DenseDataset::from_values(std::move(values), store.dim());
}

}  // namespace

Result<std::vector<CalibrationFrontier>> calibrate_dense(const DenseSource& source,
                                                         const DenseDataset& given,
                                                         const CalibrationOptions& options,
                                                         Progress& progress) {
    const bool indexed = source.hashed != nullptr || source.graph != nullptr;
    if (!indexed || source.store->rows() == 0)
        return Status::invalid_argument("calibrate: the index is flat, nothing to measure");
    const bool from_documents = given.rows() == 0;
    std::vector<uint32_t> own_rows;
    DenseDataset queries;
    if (from_documents) {
        TEMBLOR_ASSIGN_OR_RETURN(queries,
                                 stored_queries(*source.store, options.max_queries, own_rows));
    } else {
        TEMBLOR_ASSIGN_OR_RETURN(queries, sample_dense_queries(given, options.max_queries));
    }
    std::vector<CalibrationFrontier> frontiers;
    for (const uint32_t k : options.ks) {
        // A stored vector finds itself: look one deeper and leave it out.
        const uint32_t depth = from_documents ? k + 1 : k;
        const auto without_itself = [&](size_t query, std::vector<Hit>& hits) {
            if (!from_documents) return;
            std::erase_if(hits, [&](const Hit& h) { return h.row == own_rows[query]; });
            if (hits.size() > k) hits.resize(k);
        };
        progress.report("exact answers", 0, 0);
        DenseSearchParameters exact;
        exact.k = depth;
        exact.exact = true;
        TEMBLOR_ASSIGN_OR_RETURN(auto truth,
                                 search_dense_batch(source, queries, exact, {}, options.threads));
        for (size_t q = 0; q < truth.size(); ++q) without_itself(q, truth[q].hits);
        const std::vector<DenseSetting> grid =
            source.hashed != nullptr ? dense_grid(depth, *source.hashed) : graph_grid(depth);
        std::vector<MeasuredSetting> measured;
        for (size_t g = 0; g < grid.size(); ++g) {
            if (progress.cancelled()) return Status::cancelled("calibrate: interrupted");
            progress.report("settings", g, grid.size());
            DenseSearchParameters parameters;
            parameters.k = depth;
            parameters.setting = grid[g];
            TEMBLOR_ASSIGN_OR_RETURN(
                auto results, search_dense_batch(source, queries, parameters, {}, options.threads));
            double accuracy = 0;
            SearchCounters counters;
            for (size_t q = 0; q < results.size(); ++q) {
                without_itself(q, results[q].hits);
                accuracy += share_found(results[q].hits, truth[q].hits);
                counters.add(results[q].counters);
            }
            const auto n = static_cast<double>(results.size());
            CalibrationPoint point;
            point.accuracy = static_cast<float>(accuracy / n);
            point.documents_scored =
                static_cast<float>(static_cast<double>(counters.documents_scored) / n);
            point.summary_entries =
                static_cast<float>(static_cast<double>(counters.summary_entries) / n);
            point.query_cut = source.hashed != nullptr ? grid[g].lists : grid[g].ef;
            point.heap_factor = grid[g].slack;
            point.patience = grid[g].refine;
            measured.push_back({point, dense_cost(counters)});
        }
        frontiers.push_back({k, static_cast<uint32_t>(queries.rows()), from_documents,
                             cheapest_of(std::move(measured))});
    }
    return frontiers;
}

Result<DenseSearchParameters> dense_parameters_for_recall(
    const std::vector<CalibrationFrontier>& frontiers, uint32_t k, double recall) {
    TEMBLOR_ASSIGN_OR_RETURN(const CalibrationPoint* const point,
                             choose_calibrated(frontiers, k, recall));
    DenseSearchParameters parameters;
    parameters.k = k;
    if (point == nullptr) {
        parameters.exact = true;
        return parameters;
    }
    parameters.setting = {point->query_cut, 0, point->heap_factor, point->patience,
                          std::max(point->query_cut, 1U)};
    return parameters;
}

}  // namespace temblor
