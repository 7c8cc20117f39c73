#include <limits>
#include <memory>
#include <optional>
#include <string>

#include <CLI/App.hpp>
#include <CLI/Validators.hpp>
#include <fmt/format.h>

#include "cli/command.h"
#include "cli/dense_ground_truth.h"
#include "cli/encoder_flags.h"
#include "cli/output.h"
#include "cli/terminal_progress.h"
#include "data/formats/collection_reader.h"
#include "data/formats/dense_format.h"
#include "data/formats/relevance.h"
#include "query/exact_index.h"

namespace temblor::cli {
namespace {

struct GroundTruthCommand {
    std::string input;
    std::string queries;
    std::string output;
    std::string metric;
    EncoderFlags encoder;
    uint32_t k = 100;
    uint32_t threads = 0;

    Outcome run() const;
};

GroundTruth to_ground_truth(const std::vector<std::vector<Hit>>& answers, uint32_t k) {
    GroundTruth truth;
    truth.queries = static_cast<uint32_t>(answers.size());
    truth.k = k;
    truth.rows.assign(answers.size() * k, -1);
    truth.scores.assign(answers.size() * k, 0);
    for (size_t q = 0; q < answers.size(); ++q) {
        for (size_t i = 0; i < std::min<size_t>(k, answers[q].size()); ++i) {
            truth.rows[q * k + i] = static_cast<int32_t>(answers[q][i].row);
            truth.scores[q * k + i] = answers[q][i].score;
        }
    }
    return truth;
}

Outcome GroundTruthCommand::run() const {
    TEMBLOR_ASSIGN_OR_RETURN(const bool dense, is_dense_file(input));
    if (dense) {
        if (encoder.chosen()) {
            return Outcome::usage("--encoder is for text, " + input + " holds dense vectors");
        }
        return find_dense_ground_truth({input, queries, output, metric, k, threads});
    }
    if (!metric.empty()) {
        return Outcome::usage("--metric is for dense vectors; " + input + " holds others");
    }
    TerminalProgress progress;
    CollectionReaderOptions options;
    options.rule = ValueRule::kFinite;
    options.keep_payload = false;
    options.encoder = encoder.chosen();
    TEMBLOR_ASSIGN_OR_RETURN(const Corpus collection, read_collection(input, options, progress));
    constexpr auto kMostRows = static_cast<uint64_t>(std::numeric_limits<int32_t>::max());
    if (collection.vectors.rows() > kMostRows) {
        return Status::resource_exhausted(
            fmt::format("{}: {} documents, but ground truth numbers rows with 32 bits (at most {})",
                        input, collection.vectors.rows(), kMostRows));
    }
    std::unique_ptr<TextEncoder> query_encoder;
    if (!collection.encoder.config_json.empty()) {
        TEMBLOR_ASSIGN_OR_RETURN(query_encoder,
                                 load_text_encoder(collection.encoder, collection.vocabulary));
    }
    TEMBLOR_ASSIGN_OR_RETURN(const QuerySet set,
                             read_queries(queries, "", std::nullopt, collection.vocabulary,
                                          query_encoder.get(), progress));
    if (set.vectors.rows() > std::numeric_limits<uint32_t>::max()) {
        return Status::resource_exhausted(queries + ": over 2^32 - 1 queries");
    }
    TEMBLOR_ASSIGN_OR_RETURN(const ExactIndex exact,
                             ExactIndex::from_dataset(collection.vectors, progress));
    TEMBLOR_ASSIGN_OR_RETURN(const auto answers,
                             exact.search_batch(set.vectors, k, threads, progress));
    TEMBLOR_RETURN_IF_ERROR(write_ground_truth(output, to_ground_truth(answers, k)));
    progress.clear();
    return print(fmt::format("{}: the {} best of {} documents for {} queries\n", output, k,
                             collection.vectors.rows(), set.vectors.rows()));
}

}  // namespace

void add_ground_truth(CLI::App& app, Action& action) {
    auto command = std::make_shared<GroundTruthCommand>();
    CLI::App* verb = app.add_subcommand("groundtruth", "Finds the exact answers of queries");
    verb->add_option("--input", command->input,
                     "Documents: CSR, Seismic's binary or JSONL, or dense: .npy, .fvecs, .fbin")
        ->required();
    verb->add_option("--queries", command->queries, "Queries, likewise")->required();
    verb->add_option("--output", command->output,
                     "BigANN ground truth: u32 queries, u32 k, i32 rows, f32 scores")
        ->required();
    verb->add_option("--k", command->k, "Answers for each query")
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str();
    verb->add_option("--threads", command->threads, "0: all cores")->capture_default_str();
    verb->add_option("--metric", command->metric,
                     "Of dense vectors: ip, cosine or l2 [cosine]; l2 scores are minus the "
                     "distance");
    command->encoder.add_to(*verb);
    verb->footer(
        "Documents are named by their row, from 0; -1 fills the answers of small collections.\n"
        "Examples:\n"
        "  temblor groundtruth --input docs.csr --queries q.csr --k 100 --output gt.bin\n"
        "  temblor groundtruth --input base.npy --queries q.npy --metric ip --output gt.bin");
    verb->callback([&action, command] { action = [command] { return command->run(); }; });
}

}  // namespace temblor::cli
