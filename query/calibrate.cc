#include "query/calibrate.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "data/splitmix.h"
#include "query/exact_index.h"
#include "query/frontier.h"
#include "query/searcher.h"

namespace temblor {
namespace {

struct Setting {
    uint32_t query_cut;
    float heap_factor;
    uint32_t patience;
};

std::vector<Setting> grid_for(uint32_t k) {
    // Patience counts documents in a row that changed nothing; a larger k changes more rarely late.
    std::vector<Setting> grid;
    for (const uint32_t cut : {2U, 3U, 4U, 5U, 6U, 8U, 10U, 14U, 20U}) {
        for (const float factor : {1.0F, 0.9F, 0.8F, 0.75F, 0.7F, 0.6F, 0.4F}) {
            for (const uint32_t patience : {400 + 4 * k, 0U})
                grid.push_back({cut, factor, patience});
        }
    }
    return grid;
}

/// Drawn by weight to this power, queries made of documents are a little harder than real ones: on
/// SPLADE-v3 collections settings calibrated with them reach what was asked, and rarely a point
/// more.
constexpr double kHeaviness = 0.75;

/// What a query costs, in lines of memory: a scored document is some lines at random, summary
/// entries are read in runs.
double cost_of(const CalibrationPoint& p) {
    return 3.0 * static_cast<double>(p.documents_scored) +
           static_cast<double>(p.summary_entries) / 20.0;
}

}  // namespace

Result<SparseDataset> sample_queries_from_documents(const Segment& segment, uint32_t count,
                                                    uint64_t seed) {
    SparseDatasetBuilder builder;
    SplitMix random(seed);
    if (segment.rows() == 0) return builder.finish(segment.dim());
    for (uint32_t made = 0, tries = 0; made < count && tries < 4 * count; ++tries) {
        TEMBLOR_ASSIGN_OR_RETURN(const SparseVector document,
                                 segment.vector(random.next() % segment.rows()));
        if (document.nnz() == 0) continue;
        // Entries by weight with noise, so that heavy components are likely and none is certain.
        std::vector<std::pair<double, size_t>> order;
        for (size_t i = 0; i < document.nnz(); ++i) {
            const double noise = -std::log(random.uniform() + 1e-12);
            order.emplace_back(
                std::pow(static_cast<double>(document.values[i]), kHeaviness) / (noise + 0.05), i);
        }
        const size_t kept = std::min<size_t>(document.nnz(), 8 + random.next() % 25);
        std::partial_sort(order.begin(), order.begin() + static_cast<int64_t>(kept), order.end(),
                          std::greater<>());
        std::vector<size_t> chosen;
        for (size_t i = 0; i < kept; ++i) chosen.push_back(order[i].second);
        std::sort(chosen.begin(), chosen.end());
        SparseVector query;
        for (const size_t i : chosen) {
            query.components.push_back(document.components[i]);
            query.values.push_back(document.values[i] * static_cast<float>(0.5 + random.uniform()));
        }
        builder.add(query.view());
        ++made;
    }
    return builder.finish(segment.dim());
}

Result<std::vector<CalibrationFrontier>> calibrate(const std::shared_ptr<const Segment>& segment,
                                                   const SparseDataset& given,
                                                   const CalibrationOptions& options,
                                                   Progress& progress) {
    const bool from_documents = given.rows() == 0;
    SparseDataset queries = given;
    if (from_documents) {
        TEMBLOR_ASSIGN_OR_RETURN(queries,
                                 sample_queries_from_documents(*segment, options.max_queries, 1));
    } else if (given.rows() > options.max_queries) {
        SparseDatasetBuilder sample;
        for (uint64_t i = 0; i < options.max_queries; ++i)
            sample.add(given.row(i * given.rows() / options.max_queries));
        TEMBLOR_ASSIGN_OR_RETURN(queries, sample.finish(given.dim()));
    }
    if (queries.rows() == 0)
        return Status::invalid_argument("calibrate: no queries and no documents to make them of");
    TEMBLOR_ASSIGN_OR_RETURN(const ExactIndex exact, ExactIndex::from_segment(*segment, progress));
    const Searcher searcher(segment);
    std::vector<CalibrationFrontier> frontiers;
    for (const uint32_t k : options.ks) {
        // A query made of a document finds it too easily: look one deeper and leave the best out.
        const uint32_t depth = from_documents ? k + 1 : k;
        TEMBLOR_ASSIGN_OR_RETURN(auto truth,
                                 exact.search_batch(queries, depth, options.threads, progress));
        for (auto& hits : truth) {
            std::erase_if(hits, [](const Hit& h) { return h.score <= 0; });
            if (from_documents && !hits.empty()) hits.erase(hits.begin());
        }
        const std::vector<Setting> grid = grid_for(k);
        std::vector<MeasuredSetting> points;
        for (size_t g = 0; g < grid.size(); ++g) {
            if (progress.cancelled()) return Status::cancelled("calibrate: interrupted");
            progress.report("settings", g, grid.size());
            SearchParameters parameters;
            parameters.k = depth;
            parameters.query_cut = grid[g].query_cut;
            parameters.heap_factor = grid[g].heap_factor;
            parameters.patience = grid[g].patience;
            TEMBLOR_ASSIGN_OR_RETURN(
                const auto results,
                searcher.search_batch(queries, parameters, {}, options.threads));
            CalibrationPoint point;
            double accuracy = 0;
            SearchCounters counters;
            for (size_t q = 0; q < results.size(); ++q) {
                accuracy += share_found(results[q].hits, truth[q]);
                counters.add(results[q].counters);
            }
            const auto n = static_cast<double>(results.size());
            point.accuracy = static_cast<float>(accuracy / n);
            point.documents_scored =
                static_cast<float>(static_cast<double>(counters.documents_scored) / n);
            point.summary_entries =
                static_cast<float>(static_cast<double>(counters.summary_entries) / n);
            point.query_cut = parameters.query_cut;
            point.heap_factor = parameters.heap_factor;
            point.patience = parameters.patience;
            points.push_back({point, cost_of(point)});
        }
        frontiers.push_back({k, static_cast<uint32_t>(queries.rows()), from_documents,
                             cheapest_of(std::move(points))});
    }
    return frontiers;
}

}  // namespace temblor
