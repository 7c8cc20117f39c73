#include <memory>
#include <string>

#include <CLI/App.hpp>

#include "cli/command.h"
#include "cli/dense_build.h"

namespace temblor::cli {
namespace {

struct HashAdaptCommand {
    DenseBuildFlags flags;
    DenseBuildTask task;

    [[nodiscard]] Outcome run() const {
        if (task.queries.empty() && !task.pairs.empty())
            return Outcome::usage("--pairs are of --queries, which are not given");
        return build_dense(flags, task);
    }
};

}  // namespace

void add_hash(CLI::App& app, Action& action) {
    CLI::App* verb = app.add_subcommand("hash", "What dense vectors are hashed by");
    verb->require_subcommand(1);
    CLI::App* adapt = verb->add_subcommand(
        "adapt", "Indexes dense vectors with codes of another index, refitted to them");
    auto command = std::make_shared<HashAdaptCommand>();
    command->flags.fit_ranking = true;
    adapt
        ->add_option("--index", command->flags.codes_from,
                     "Hashed segment whose codes to begin with")
        ->required();
    adapt->add_option("--input", command->task.input, "Vectors: .npy, .fvecs or .fbin")->required();
    adapt->add_option("--output", command->task.output, "Segment file; replaced whole if it exists")
        ->required();
    adapt->add_option("--ids", command->task.ids, "Ids of the vectors, one a line, in row order");
    adapt->add_option("--queries", command->task.queries,
                      "Queries to fit the ranking to [blends of the vectors]");
    adapt->add_option("--query-ids", command->task.query_ids, "Ids of the queries, one a line");
    adapt->add_option("--pairs", command->task.pairs,
                      "Qrels, TREC or BEIR: vectors that answer the queries");
    adapt->add_option("--store", command->flags.store,
                      "Vectors for the last pass as f32, f16 or u8 [f16]");
    adapt->add_option("--seed", command->task.seed, "The same seed gives the same bytes [42]");
    adapt->add_option("--threads", command->task.threads, "0: all cores [0]");
    adapt->add_flag("--json", command->task.as_json, "Print the report as JSON");
    adapt->footer(
        "Rotation, thresholds and centroids (from the old ones on) are trained on the new "
        "vectors;\n"
        "then centroids are moved until codes rank vectors as their inner products do.\n\n"
        "  temblor hash adapt --index old.tbl --input new.npy --output new.tbl");
    adapt->callback([command, &action] { action = [command] { return command->run(); }; });
}

}  // namespace temblor::cli
