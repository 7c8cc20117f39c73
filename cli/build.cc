#include <memory>
#include <optional>
#include <string>

#include <CLI/App.hpp>
#include <CLI/Validators.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include "cli/command.h"
#include "cli/dense_build.h"
#include "cli/encoder_flags.h"
#include "cli/human_text.h"
#include "cli/output.h"
#include "cli/parameters_json.h"
#include "cli/terminal_progress.h"
#include "cli/text_dense_build.h"
#include "compress/model/text_models.h"
#include "data/formats/collection_reader.h"
#include "data/formats/dense_format.h"
#include "index/segment_builder.h"

namespace temblor::cli {
namespace {

struct BuildCommand {
    std::string input;
    std::string ids;
    std::string output;
    std::string format;
    EncoderFlags encoder;
    DenseBuildFlags dense;
    bool no_payload = false;
    std::string pruning;
    std::optional<uint32_t> n_postings;
    std::optional<double> max_fraction;
    std::optional<double> centroid_fraction;
    std::optional<double> summary_energy;
    std::optional<uint32_t> min_cluster_size;
    std::optional<uint32_t> doc_cut;
    std::string forward;
    uint32_t threads = 0;
    uint64_t seed = 42;
    bool as_json = false;

    Outcome run() const;

private:
    Result<BuildParameters> parameters(const BuildParameters& defaults) const;
    [[nodiscard]] std::string any_sparse_given() const;
};

/// One of the flags about sparse vectors or text that were given; empty: none was.
std::string BuildCommand::any_sparse_given() const {
    for (const auto& [name, given] :
         {std::pair("--encoder", encoder.chosen().has_value()),
          std::pair("--top-k", encoder.top_k != 0), std::pair("--no-payload", no_payload),
          std::pair("--pruning", !pruning.empty()),
          std::pair("--n-postings", n_postings.has_value()),
          std::pair("--max-fraction", max_fraction.has_value()),
          std::pair("--centroid-fraction", centroid_fraction.has_value()),
          std::pair("--summary-energy", summary_energy.has_value()),
          std::pair("--min-cluster-size", min_cluster_size.has_value()),
          std::pair("--doc-cut", doc_cut.has_value()), std::pair("--forward", !forward.empty())}) {
        if (given) return name;
    }
    return "";
}

Result<BuildParameters> BuildCommand::parameters(const BuildParameters& defaults) const {
    BuildParameters result = defaults;
    if (!pruning.empty()) {
        result.pruning =
            pruning == "fixed" ? PruningKind::kFixedSize : PruningKind::kGlobalThreshold;
    }
    if (!forward.empty()) {
        TEMBLOR_ASSIGN_OR_RETURN(result.forward, parse_forward_kind(forward));
    }
    const auto set = [](auto& target, const auto& given) {
        if (given) target = *given;
    };
    set(result.n_postings, n_postings);
    set(result.max_fraction, max_fraction);
    set(result.centroid_fraction, centroid_fraction);
    set(result.summary_energy, summary_energy);
    set(result.min_cluster_size, min_cluster_size);
    set(result.doc_cut, doc_cut);
    result.threads = threads;
    result.seed = seed;
    TEMBLOR_RETURN_IF_ERROR(result.validate());
    return result;
}

Status print_report(const BuildReport& report, const std::string& output) {
    return print(fmt::format(
        "{}: {} documents, {} entries, {} lists, {} blocks, {} in {:.1f} s ({}/s)\n", output,
        report.documents, report.nnz, report.lists, report.blocks, human_bytes(report.bytes),
        report.seconds,
        human_count(static_cast<double>(report.documents) / std::max(report.seconds, 1e-3))));
}

Status print_report_json(const BuildReport& report, const BuildParameters& used) {
    boost::json::object object;
    object["documents"] = report.documents;
    object["nnz"] = report.nnz;
    object["postings"] = report.postings;
    object["lists"] = report.lists;
    object["blocks"] = report.blocks;
    object["summary_entries"] = report.summary_entries;
    object["bytes"] = report.bytes;
    object["seconds"] = report.seconds;
    object["parameters"] = parameters_json(used);
    return print_json(object);
}

Outcome BuildCommand::run() const {
    // Flags that are wrong for any collection are told before the input is read.
    if (auto checked = parameters(BuildParameters()); !checked.is_ok()) {
        return Outcome::usage(checked.status().message());
    }
    if (encoder.names_model()) {
        TEMBLOR_ASSIGN_OR_RETURN(const TextModelKind kind, text_model_kind(encoder.kind));
        if (kind == TextModelKind::kDense) {
            const std::string given = any_sparse_given();
            if (!given.empty())
                return Outcome::usage(given + " is not about dense vectors, which the model " +
                                      encoder.kind + " makes");
            return build_dense_from_text(encoder, dense,
                                         {input, ids, output, threads, seed, as_json});
        }
        if (kind != TextModelKind::kSparse)
            return Outcome::usage("--encoder: " + encoder.kind +
                                  " scores pairs of texts and makes no vectors");
        const std::string given = dense.any_given();
        if (!given.empty())
            return Outcome::usage(given + " is about dense vectors, and the model " + encoder.kind +
                                  " makes sparse ones");
    }
    if (format.empty() && !encoder.names_model()) {
        TEMBLOR_ASSIGN_OR_RETURN(const bool is_dense, is_dense_file(input));
        if (is_dense) {
            const std::string given = any_sparse_given();
            if (!given.empty()) {
                return Outcome::usage(given + " is not about dense vectors, which " + input +
                                      " holds");
            }
            return build_dense(dense, {input, ids, output, threads, seed, as_json});
        }
        const std::string given = dense.any_given();
        if (!given.empty())
            return Outcome::usage(given + " is about dense vectors, and " + input + " holds none");
    }
    CollectionReaderOptions options;
    if (!format.empty()) {
        auto parsed = parse_input_format(format);
        if (!parsed.is_ok()) return Outcome::usage(parsed.status().message());
        options.format = *parsed;
    }
    options.ids_path = ids;
    options.encoder = encoder.chosen();
    if (encoder.names_model()) {
        TEMBLOR_ASSIGN_OR_RETURN(
            options.model, open_sparse_text_model(encoder.kind, encoder.model_options(threads)));
        options.model_batch = encoder.batch;
    }
    options.keep_payload = !no_payload;
    TerminalProgress progress;
    TEMBLOR_ASSIGN_OR_RETURN(Corpus collection, read_collection(input, options, progress));
    const auto defaults = BuildParameters::for_collection(
        collection.vectors.rows(), collection.vectors.nnz(),
        collection.encoder.config_json.empty() ? VectorSource::kLearned : VectorSource::kText);
    auto chosen = parameters(defaults);
    if (!chosen.is_ok()) return Outcome::usage(chosen.status().message());
    const SegmentContents contents{std::move(collection.vectors), std::move(collection.ids),
                                   std::move(collection.vocabulary), std::move(collection.encoder),
                                   std::move(collection.payloads)};
    auto built = build_segment(contents, *chosen, output, progress);
    progress.clear();
    if (!built.is_ok()) {
        const bool of_input = built.status().code() == StatusCode::kInvalidArgument;
        return of_input ? std::move(built).status().with_context(input) : std::move(built).status();
    }
    return as_json ? print_report_json(*built, *chosen) : print_report(*built, output);
}

}  // namespace

void add_build(CLI::App& app, Action& action) {
    auto command = std::make_shared<BuildCommand>();
    CLI::App* verb = app.add_subcommand("build", "Builds an index from a file of vectors or text");
    verb->add_option("--input", command->input,
                     "CSR, Seismic's binary or JSONL; plain, gzip or zstd")
        ->required();
    verb->add_option("--output", command->output, "Segment file; replaced whole if it exists")
        ->required();
    verb->add_option("--ids", command->ids, "Ids of the documents, one a line, in row order");
    verb->add_option("--format", command->format, "csr, seismic or jsonl [told from the content]");
    verb->add_flag("--no-payload", command->no_payload,
                   "Do not keep what JSONL holds beside vectors");
    command->encoder.add_to(*verb);
    command->dense.add_to(*verb);
    const std::string group = "Index (defaults follow the collection's size)";
    verb->add_option("--pruning", command->pruning, "global or fixed")
        ->check(CLI::IsMember({"global", "fixed"}))
        ->group(group);
    verb->add_option("--n-postings", command->n_postings, "Mean postings a list keeps")
        ->group(group);
    verb->add_option("--max-fraction", command->max_fraction,
                     "A list keeps at most n-postings times this")
        ->group(group);
    verb->add_option("--centroid-fraction", command->centroid_fraction,
                     "Centroids for each posting of a list, in (0, 1]")
        ->group(group);
    verb->add_option("--summary-energy", command->summary_energy,
                     "Share of a summary's L1 mass that is kept, in (0, 1]")
        ->group(group);
    verb->add_option("--min-cluster-size", command->min_cluster_size,
                     "Clusters of so many documents or fewer are dissolved")
        ->group(group);
    verb->add_option("--doc-cut", command->doc_cut,
                     "Heaviest components of a document that clustering looks at")
        ->group(group);
    verb->add_option("--forward", command->forward,
                     "Documents as record (fastest), compact (smallest) or f32 (the very floats)")
        ->check(CLI::IsMember({"record", "compact", "f32"}))
        ->group(group);
    verb->add_option("--threads", command->threads, "0: all cores; the file does not depend on it")
        ->capture_default_str();
    verb->add_option("--seed", command->seed, "Of the clustering")->capture_default_str();
    verb->add_flag("--json", command->as_json, "Print the report as JSON");
    verb->footer(
        "Examples:\n"
        "  temblor build --input docs.csr --ids docs.ids --output nf.tbl\n"
        "  temblor build --input corpus.jsonl.gz --encoder bm25 --output text.tbl\n"
        "  temblor build --input corpus.jsonl.gz --encoder models/splade --output splade.tbl\n"
        "  temblor build --input base.npy --index hashed --metric cosine --output d.tbl\n"
        "  temblor build --input docs.csr --output small.tbl --forward compact --n-postings 1000");
    verb->callback([&action, command] { action = [command] { return command->run(); }; });
}

}  // namespace temblor::cli
