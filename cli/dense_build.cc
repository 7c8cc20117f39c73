#include "cli/dense_build.h"

#include <algorithm>

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
#include "index/dense/dense_segment.h"

namespace temblor::cli {
namespace {

Result<DenseBuildParameters> chosen_parameters(const DenseBuildFlags& flags,
                                               const DenseBuildTask& task) {
    DenseBuildParameters parameters;
    TEMBLOR_ASSIGN_OR_RETURN(parameters.kind, parse_dense_index(flags.index));
    TEMBLOR_ASSIGN_OR_RETURN(parameters.distance, parse_metric(flags.metric));
    TEMBLOR_ASSIGN_OR_RETURN(parameters.store, parse_vector_store(flags.store));
    TEMBLOR_ASSIGN_OR_RETURN(parameters.hash.code, parse_code_kind(flags.code));
    TEMBLOR_ASSIGN_OR_RETURN(parameters.hash.rotation, parse_rotation(flags.rotation));
    const auto set = [](uint32_t& target, const std::optional<uint32_t>& given) {
        if (given) target = *given;
    };
    set(parameters.hash.cells, flags.cells);
    set(parameters.hash.lists, flags.lists);
    set(parameters.hash.assignments, flags.assignments);
    set(parameters.hash.code_width, flags.code_width);
    parameters.hash.threads = task.threads;
    parameters.hash.seed = task.seed;
    TEMBLOR_RETURN_IF_ERROR(parameters.hash.validate());
    return parameters;
}

}  // namespace

void DenseBuildFlags::add_to(CLI::App& app) {
    const std::string group = "Index of dense vectors";
    app.add_option("--index", index, "flat (all are scored) or hashed (blocked lists of codes)")
        ->capture_default_str()
        ->group(group);
    app.add_option("--metric", metric, "ip, cosine or l2")->capture_default_str()->group(group);
    app.add_option("--store", store, "Vectors for the last pass as f32, f16 or u8")
        ->capture_default_str()
        ->group(group);
    app.add_option("--code", code, "product4, product8 or binary")
        ->capture_default_str()
        ->group(group);
    app.add_option("--code-width", code_width, "Dimensions of a subspace [4; product8: 8]")
        ->group(group);
    app.add_option("--rotation", rotation, "none, opq or itq")->capture_default_str()->group(group);
    app.add_option("--cells", cells, "Blocks [a tenth of the rows]")
        ->check(at_least_one())
        ->group(group);
    app.add_option("--lists", lists, "Lists [the square root of the cells]")
        ->check(at_least_one())
        ->group(group);
    app.add_option("--assignments", assignments, "Blocks a row stands in [4]")
        ->check(at_least_one())
        ->group(group);
}

Outcome build_dense(const DenseBuildFlags& flags, const DenseBuildTask& task) {
    auto parameters = chosen_parameters(flags, task);
    if (!parameters.is_ok()) return Outcome::usage(parameters.status().message());
    TerminalProgress progress;
    TEMBLOR_ASSIGN_OR_RETURN(const DenseDataset vectors, read_dense(task.input, progress));
    DocumentIds ids = DocumentIds::row_numbers(vectors.rows());
    if (!task.ids.empty()) {
        TEMBLOR_ASSIGN_OR_RETURN(ids, read_ids_file(task.ids, vectors.rows()));
    }
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
            built->rows, built->dim, flags.index, human_bytes(built->bytes), built->seconds,
            human_count(static_cast<double>(built->rows) / std::max(built->seconds, 1e-3))));
    }
    boost::json::object report;
    report["rows"] = built->rows;
    report["dim"] = built->dim;
    report["index"] = flags.index;
    report["metric"] = distance_name(parameters->distance);
    report["store"] = flags.store;
    report["bytes"] = built->bytes;
    report["seconds"] = built->seconds;
    return print_json(report);
}

}  // namespace temblor::cli
