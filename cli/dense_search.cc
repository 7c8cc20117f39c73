#include "cli/dense_search.h"

#include <chrono>
#include <cmath>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include "cli/interrupt.h"
#include "cli/output.h"
#include "cli/search_answer.h"
#include "cli/terminal_progress.h"
#include "query/dense/dense_searcher.h"

namespace temblor::cli {
namespace {

namespace json = boost::json;

Status bad_vector(const std::string& what) {
    return Status::invalid_argument("query vector: " + what);
}

Result<std::vector<float>> parse_dense_query(std::string_view text, uint32_t dim) {
    json::error_code error;
    const json::value parsed = json::parse(json::string_view(text.data(), text.size()), error);
    if (error) return bad_vector("not JSON: " + error.message());
    const json::array* values = parsed.if_array();
    if (values == nullptr) {
        return bad_vector(
            fmt::format("not a JSON array, expected the {} numbers of a dense vector", dim));
    }
    if (values->size() != dim)
        return bad_vector(
            fmt::format("{} numbers, the index has dimension {}", values->size(), dim));
    std::vector<float> query;
    for (const json::value& value : *values) {
        if (!value.is_number()) return bad_vector(fmt::format("[{}]: not a number", query.size()));
        query.push_back(static_cast<float>(value.to_number<double>()));
        if (!std::isfinite(query.back()))
            return bad_vector(fmt::format("[{}]: not a finite float", query.size() - 1));
    }
    return query;
}

class DenseSearch {
public:
    DenseSearch(const DenseSearchTask& task, const DenseSegment& segment,
                const DenseSearchParameters& parameters)
        : task_(task),
          segment_(segment),
          source_{&segment.store(), segment.hashed(), nullptr, segment.graph()},
          parameters_(parameters) {}

    Status run_one(std::span<const float> query) {
        TEMBLOR_RETURN_IF_ERROR(search(query));
        return task_.as_json ? print_json(answer()) : print(shown());
    }

    Status run_file(const DenseQueries& queries) {
        for (uint64_t q = 0; q < queries.vectors.rows() && !output_closed(); ++q) {
            if (interrupted()) return Status::cancelled("interrupted");
            TEMBLOR_RETURN_IF_ERROR(search(queries.vectors.row(q)));
            const std::string query_id = queries.ids.id_string(q);
            if (!task_.as_json) {
                TEMBLOR_RETURN_IF_ERROR(print(run_lines(query_id, segment_.ids(), result_.hits)));
                continue;
            }
            json::object line;
            line["query"] = query_id;
            for (auto& member : answer()) line[member.key()] = member.value();
            TEMBLOR_RETURN_IF_ERROR(print_json(line));
        }
        return Status::ok();
    }

private:
    Status search(std::span<const float> query) {
        const auto start = std::chrono::steady_clock::now();
        TEMBLOR_RETURN_IF_ERROR(search_dense(source_, query, parameters_, {}, scratch_, result_));
        const auto end = std::chrono::steady_clock::now();
        took_us_ = std::chrono::duration<double, std::micro>(end - start).count();
        return Status::ok();
    }
    [[nodiscard]] std::vector<HitView> views() const {
        std::vector<HitView> hits;
        for (const Hit& hit : result_.hits)
            hits.push_back({hit, segment_.ids().id_string(hit.row), {}, {}});
        return hits;
    }
    [[nodiscard]] json::object answer() const {
        json::object object = answer_json(views(), result_.counters, took_us_);
        object["counters"].as_object()["refined"] = result_.counters.refined;
        return object;
    }
    [[nodiscard]] std::string shown() const {
        const SearchCounters& counters = result_.counters;
        std::string out = hit_lines(views()) + result_count(result_.hits.size(), took_us_);
        if (counters.exact)
            return out + fmt::format(": all {} vectors scored, exact\n", segment_.rows());
        if (segment_.graph() != nullptr) {
            return out + fmt::format(": {} of {} vectors scored, neighbours of {} looked at\n",
                                     counters.documents_scored, segment_.rows(),
                                     counters.blocks_visited);
        }
        return out + fmt::format(
                         ": {} codes of {} vectors scored, {} anew by their vectors, "
                         "{} blocks visited\n",
                         counters.documents_scored, segment_.rows(), counters.refined,
                         counters.blocks_visited);
    }

    const DenseSearchTask& task_;
    const DenseSegment& segment_;
    DenseSource source_;
    DenseSearchParameters parameters_;
    DenseScratch scratch_;
    SearchResult result_;
    double took_us_ = 0;
};

}  // namespace

Outcome search_dense_file(const DenseSearchFlags& flags, const QueryModelFlags& model,
                          const DenseSearchTask& task) {
    TEMBLOR_ASSIGN_OR_RETURN(const auto segment, DenseSegment::open(task.index));
    DenseSearchParameters parameters;
    Outcome resolved = flags.resolve(*segment, task.k, task.exact, task.recall, parameters);
    if (!resolved.status().is_ok()) return resolved;
    DenseSearch search(task, *segment, parameters);
    if (task.queries) {
        TerminalProgress progress;
        TEMBLOR_ASSIGN_OR_RETURN(
            const DenseQueries queries,
            model.read_dense_queries(*segment, *task.queries, task.query_ids, progress));
        progress.clear();
        return search.run_file(queries);
    }
    std::vector<float> query;
    if (task.text) {
        TEMBLOR_ASSIGN_OR_RETURN(const auto opened, model.model_of(*segment));
        const std::string_view text = *task.text;
        TEMBLOR_ASSIGN_OR_RETURN(query, opened->encode({&text, 1}));
    } else {
        TEMBLOR_ASSIGN_OR_RETURN(query, parse_dense_query(*task.vector, segment->dim()));
    }
    return search.run_one(query);
}

}  // namespace temblor::cli
