#include <memory>
#include <string>

#include <CLI/App.hpp>
#include <CLI/Validators.hpp>
#include <fmt/format.h>

#include "cli/command.h"
#include "cli/dense_growth.h"
#include "cli/output.h"
#include "cli/synthetic_collection.h"
#include "cli/terminal_progress.h"
#include "data/formats/collection_reader.h"

namespace temblor::cli {
namespace {

struct SynthCommand {
    SyntheticParameters parameters;
    DenseGrowth growth;
    std::string output;
    std::string queries_output;

    Outcome run() const;
};

Outcome SynthCommand::run() const {
    if ((parameters.queries > 0) != !queries_output.empty()) {
        return Outcome::usage("--queries and --queries-output belong together");
    }
    if (!growth.base.empty()) {
        DenseGrowth asked = growth;
        asked.output = output;
        asked.queries = parameters.queries;
        asked.queries_output = queries_output;
        asked.seed = parameters.seed;
        return grow_dense(asked);
    }
    if (const Status valid = parameters.validate(); !valid.is_ok()) {
        return Outcome::usage(valid.message());
    }
    TerminalProgress progress;
    TEMBLOR_ASSIGN_OR_RETURN(const SyntheticCollection made,
                             make_synthetic_collection(parameters, progress));
    progress.clear();
    TEMBLOR_RETURN_IF_ERROR(write_bigann_csr(output, made.documents, "none"));
    std::string report = fmt::format("{}: {} documents, {} entries\n", output,
                                     made.documents.rows(), made.documents.nnz());
    if (!queries_output.empty()) {
        TEMBLOR_RETURN_IF_ERROR(write_bigann_csr(queries_output, made.queries, "none"));
        report += fmt::format("{}: {} queries, {} entries\n", queries_output, made.queries.rows(),
                              made.queries.nnz());
    }
    return print(report);
}

}  // namespace

void add_synth(CLI::App& app, Action& action) {
    auto command = std::make_shared<SynthCommand>();
    SyntheticParameters& parameters = command->parameters;
    CLI::App* verb = app.add_subcommand(
        "synth",
        "Makes a collection like learned sparse vectors, or grows a dense one, for trials");
    auto* kind = verb->add_option_group("What", "One of these");
    kind->add_option("--documents", parameters.documents, "Sparse documents to make");
    CLI::Option* grow = kind->add_option("--grow", command->growth.base,
                                         "Dense vectors (.npy, .fvecs, .fbin) to grow from");
    kind->require_option(1);
    verb->add_option("--rows", command->growth.rows, "Dense vectors to make");
    verb->add_option("--queries", parameters.queries, "Queries to make");
    verb->add_option("--output", command->output,
                     "File of the documents: CSR; of dense vectors .npy, .fvecs or .fbin")
        ->required();
    verb->add_option("--queries-output", command->queries_output, "File of the queries, likewise");
    verb->add_option("--values", command->growth.values, "Of a dense .npy: f16 or f32")
        ->capture_default_str();
    verb->add_option("--dim", parameters.dim, "Components")->capture_default_str();
    verb->add_option("--topics", parameters.topics, "Topics; 0: one for every 200 documents")
        ->capture_default_str();
    verb->add_option("--nnz", parameters.mean_nnz, "Mean entries of a document")
        ->capture_default_str();
    verb->add_option("--query-nnz", parameters.mean_query_nnz, "Mean entries of a query")
        ->capture_default_str();
    verb->add_option("--seed", parameters.seed, "The same seed gives the same bytes")
        ->capture_default_str();
    for (const char* name : {"--dim", "--topics", "--nnz", "--query-nnz"}) {
        verb->get_option(name)->excludes(grow);
    }
    for (const char* name : {"--rows", "--values"}) verb->get_option(name)->needs(grow);
    verb->footer(
        "Dense vectors are blends of neighbours with noise, fitted to the statistics of the base,\n"
        "which are printed.\n"
        "Examples:\n"
        "  temblor synth --documents 100000 --queries 1000 --output docs.csr --queries-output "
        "q.csr\n"
        "  temblor synth --grow base.npy --rows 1000000 --output big.npy --queries 1000 "
        "--queries-output q.npy");
    verb->callback([&action, command] { action = [command] { return command->run(); }; });
}

}  // namespace temblor::cli
