#include "cli/dense_build.h"

#include <algorithm>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <CLI/App.hpp>
#include <CLI/Validators.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include "cli/human_text.h"
#include "cli/metric_names.h"
#include "cli/output.h"
#include "cli/terminal_progress.h"
#include "cli/validators.h"
#include "data/formats/dense_reader.h"
#include "data/formats/ids_file.h"
#include "data/formats/relevance.h"
#include "index/dense/dense_segment.h"

namespace temblor::cli {
namespace {

Result<DenseBuildParameters> chosen_parameters(const DenseBuildFlags& flags,
                                               const DenseBuildTask& task) {
    DenseBuildParameters parameters;
    const auto read = [](const std::string& text, auto parse, auto& target) -> Status {
        if (text.empty()) return Status::ok();
        TEMBLOR_ASSIGN_OR_RETURN(target, parse(text));
        return Status::ok();
    };
    TEMBLOR_RETURN_IF_ERROR(
        read(flags.index, parse_dense_index, parameters.kind).with_context("--index"));
    TEMBLOR_RETURN_IF_ERROR(read(flags.metric, parse_metric, parameters.distance));
    TEMBLOR_RETURN_IF_ERROR(read(flags.store, parse_vector_store, parameters.store));
    TEMBLOR_RETURN_IF_ERROR(read(flags.code, parse_code_kind, parameters.hash.code));
    TEMBLOR_RETURN_IF_ERROR(read(flags.rotation, parse_rotation, parameters.hash.rotation));
    const auto set = [](uint32_t& target, const std::optional<uint32_t>& given) {
        if (given) target = *given;
    };
    set(parameters.hash.cells, flags.cells);
    set(parameters.hash.lists, flags.lists);
    set(parameters.hash.assignments, flags.assignments);
    set(parameters.hash.code_width, flags.code_width);
    parameters.hash.fit_ranking = flags.fit_ranking;
    set(parameters.graph.m, flags.m);
    set(parameters.graph.ef_construction, flags.ef_construction);
    parameters.graph.threads = task.threads;
    parameters.hash.threads = task.threads;
    parameters.hash.seed = task.seed;
    TEMBLOR_RETURN_IF_ERROR(parameters.hash.validate());
    TEMBLOR_RETURN_IF_ERROR(parameters.graph.validate());
    return parameters;
}

/// Codes like those of another segment.
Status take_codes(const DenseSegment& source, DenseBuildParameters& parameters) {
    if (source.hashed() == nullptr)
        return Status::invalid_argument("a flat index, expected a hashed one, which has codes");
    const HashParameters& have = source.hashed()->parameters();
    parameters.hash.code = have.code;
    parameters.hash.code_width = have.code_width;
    parameters.hash.rotation = have.rotation;
    parameters.distance = source.store().distance();
    parameters.training.codes_from = source.hashed();
    return Status::ok();
}

/// What rankings are fitted to.
struct RankingAims {
    DenseDataset queries;
    std::vector<RelevantPair> pairs;
};

Status read_aims(const DenseBuildTask& task, const DenseDataset& vectors, const DocumentIds& ids,
                 RankingAims& aims, Progress& progress) {
    TEMBLOR_ASSIGN_OR_RETURN(aims.queries, read_dense(task.queries, progress));
    if (aims.queries.dim() != vectors.dim()) {
        return Status::invalid_argument(
            fmt::format("{}: vectors of {} dimensions, expected {} as in {}", task.queries,
                        aims.queries.dim(), vectors.dim(), task.input));
    }
    if (task.pairs.empty()) return Status::ok();
    const size_t queries = aims.queries.rows();
    DocumentIds query_ids = DocumentIds::row_numbers(queries);
    if (!task.query_ids.empty()) {
        TEMBLOR_ASSIGN_OR_RETURN(query_ids, read_ids_file(task.query_ids, queries));
    }
    TEMBLOR_ASSIGN_OR_RETURN(const Qrels qrels, read_qrels(task.pairs));
    std::unordered_map<std::string, uint32_t> rows;
    for (uint32_t row = 0; row < vectors.rows(); ++row) rows.emplace(ids.id_string(row), row);
    for (uint32_t query = 0; query < queries; ++query) {
        const auto judged = qrels.grades.find(query_ids.id_string(query));
        if (judged == qrels.grades.end()) continue;
        for (const auto& [document, grade] : judged->second) {
            if (grade <= 0) continue;
            const auto row = rows.find(document);
            if (row == rows.end()) {
                return Status::invalid_argument(
                    fmt::format("{}: document {} is not in {}", task.pairs, document, task.input));
            }
            aims.pairs.emplace_back(query, row->second);
        }
    }
    if (aims.pairs.empty()) {
        return Status::invalid_argument(
            fmt::format("{}: no pair of a query of {}", task.pairs, task.queries));
    }
    std::sort(aims.pairs.begin(), aims.pairs.end());
    return Status::ok();
}

}  // namespace

void DenseBuildFlags::add_to(CLI::App& app) {
    const std::string group = "Index of dense vectors";
    app.add_option("--index", index,
                   "flat (all are scored), hashed (blocked lists of codes) or hnsw (a graph) "
                   "[hashed]")
        ->group(group);
    app.add_option("--metric", metric, "ip, cosine or l2 [cosine]")->group(group);
    app.add_option("--store", store, "Vectors for the last pass as f32, f16 or u8 [f16]")
        ->group(group);
    app.add_option("--code", code, "product4, product8 or binary [product4]")->group(group);
    app.add_option("--code-width", code_width, "Dimensions of a subspace [4; product8: 8]")
        ->group(group);
    app.add_option("--rotation", rotation, "none, opq or itq [none]")->group(group);
    app.add_flag("--fit-ranking", fit_ranking,
                 "Move the codes' centroids so that they rank rows as the vectors do")
        ->group(group);
    app.add_option("--codes-from", codes_from,
                   "Take code books and rotation of this hashed segment as they are")
        ->group(group);
    app.add_option("--cells", cells, "Blocks [a tenth of the rows]")
        ->check(at_least_one())
        ->group(group);
    app.add_option("--lists", lists, "Lists [the square root of the cells]")
        ->check(at_least_one())
        ->group(group);
    app.add_option("--assignments", assignments, "Blocks a row stands in [4]")
        ->check(at_least_one())
        ->group(group);
    app.add_option("--m", m, "hnsw: neighbours of a row [32]")->check(at_least_one())->group(group);
    app.add_option("--ef-construction", ef_construction,
                   "hnsw: candidates for a row's neighbours [200]")
        ->check(at_least_one())
        ->group(group);
}

std::string DenseBuildFlags::any_given() const {
    for (const auto& [name, given] :
         {std::pair("--index", !index.empty()), std::pair("--metric", !metric.empty()),
          std::pair("--store", !store.empty()), std::pair("--code", !code.empty()),
          std::pair("--code-width", code_width.has_value()),
          std::pair("--rotation", !rotation.empty()), std::pair("--fit-ranking", fit_ranking),
          std::pair("--codes-from", !codes_from.empty()), std::pair("--cells", cells.has_value()),
          std::pair("--lists", lists.has_value()),
          std::pair("--assignments", assignments.has_value()), std::pair("--m", m.has_value()),
          std::pair("--ef-construction", ef_construction.has_value())}) {
        if (given) return name;
    }
    return "";
}

Outcome build_dense(const DenseBuildFlags& flags, const DenseBuildTask& task) {
    auto parameters = chosen_parameters(flags, task);
    if (!parameters.is_ok()) return Outcome::usage(parameters.status().message());
    TerminalProgress progress;
    TEMBLOR_ASSIGN_OR_RETURN(const DenseDataset vectors, read_dense(task.input, progress));
    progress.clear();
    DocumentIds ids = DocumentIds::row_numbers(vectors.rows());
    if (!task.ids.empty()) {
        TEMBLOR_ASSIGN_OR_RETURN(ids, read_ids_file(task.ids, vectors.rows()));
    }
    return build_dense_segment_of(flags, task, vectors, ids, {});
}

Outcome build_dense_segment_of(const DenseBuildFlags& flags, const DenseBuildTask& task,
                               const DenseDataset& vectors, const DocumentIds& ids,
                               std::string encoder_json) {
    auto parameters = chosen_parameters(flags, task);
    if (!parameters.is_ok()) return Outcome::usage(parameters.status().message());
    parameters->encoder_json = std::move(encoder_json);
    TerminalProgress progress;
    std::shared_ptr<const DenseSegment> source;
    if (!flags.codes_from.empty()) {
        TEMBLOR_ASSIGN_OR_RETURN(source, DenseSegment::open(flags.codes_from));
        TEMBLOR_RETURN_IF_ERROR(take_codes(*source, *parameters).with_context(flags.codes_from));
    }
    RankingAims aims;
    if (!task.queries.empty())
        TEMBLOR_RETURN_IF_ERROR(read_aims(task, vectors, ids, aims, progress));
    parameters->training.queries = aims.queries.values();
    parameters->training.pairs = aims.pairs;
    auto built = build_dense_segment(vectors, ids, *parameters, task.output, progress);
    progress.clear();
    if (!built.is_ok()) {
        const bool of_input = built.status().code() == StatusCode::kInvalidArgument;
        return of_input ? std::move(built).status().with_context(task.input)
                        : std::move(built).status();
    }
    if (!task.as_json) {
        return print(fmt::format(
            "{}: {} vectors of {} dimensions, {}, {} in {:.1f} s ({}/s)\n", task.output,
            built->rows, built->dim, dense_index_name(parameters->kind), human_bytes(built->bytes),
            built->seconds,
            human_count(static_cast<double>(built->rows) / std::max(built->seconds, 1e-3))));
    }
    boost::json::object report;
    report["rows"] = built->rows;
    report["dim"] = built->dim;
    report["index"] = dense_index_name(parameters->kind);
    report["metric"] = distance_name(parameters->distance);
    report["store"] = vector_store_name(parameters->store);
    report["bytes"] = built->bytes;
    report["seconds"] = built->seconds;
    return print_json(report);
}

}  // namespace temblor::cli
