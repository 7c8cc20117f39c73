#include <memory>
#include <optional>
#include <string>

#include <CLI/App.hpp>
#include <CLI/Validators.hpp>
#include <fmt/format.h>

#include "cli/command.h"
#include "cli/dense_convert.h"
#include "cli/encoder_flags.h"
#include "cli/output.h"
#include "cli/terminal_progress.h"
#include "data/formats/collection_reader.h"
#include "data/formats/dense_format.h"

namespace temblor::cli {
namespace {

struct ConvertCommand {
    std::string input;
    std::string output;
    std::string to;
    std::string format;
    std::string compression = "none";
    std::string ids;
    std::string output_ids;
    std::string values;
    EncoderFlags encoder;

    Outcome run() const;
    Outcome run_dense(DenseFormat target) const;
};

Outcome ConvertCommand::run_dense(DenseFormat target) const {
    if (!ids.empty() || !output_ids.empty() || encoder.chosen()) {
        return Outcome::usage(
            fmt::format("--to {} takes dense vectors: no --ids, --output-ids or --encoder", to));
    }
    DenseConversion conversion;
    conversion.input = input;
    conversion.output = output;
    conversion.to = target;
    conversion.compression = compression;
    if (!format.empty()) {
        const auto parsed = parse_dense_format(format);
        if (!parsed.is_ok()) return Outcome::usage(parsed.status().message());
        conversion.format = *parsed;
    }
    if (!values.empty()) {
        const auto parsed = parse_float_width(values);
        if (!parsed.is_ok()) return Outcome::usage("--values: " + parsed.status().message());
        conversion.width = *parsed;
    }
    return convert_dense(conversion);
}

Outcome ConvertCommand::run() const {
    const auto dense_target = parse_dense_format(to);
    if (dense_target.is_ok()) return run_dense(*dense_target);
    auto target = parse_input_format(to);
    if (!target.is_ok()) {
        return Outcome::usage(
            fmt::format("format \"{}\" (expected csr, seismic, jsonl, npy, fvecs or fbin)", to));
    }
    if (!values.empty()) return Outcome::usage("--values is for --to npy");
    if (format.empty()) {
        TEMBLOR_ASSIGN_OR_RETURN(const bool dense, is_dense_file(input));
        if (dense) {
            return Status::invalid_argument(fmt::format(
                "{}: dense vectors, which {} cannot hold; --to npy, fvecs or fbin", input, to));
        }
    }
    CollectionReaderOptions options;
    if (!format.empty()) {
        auto parsed = parse_input_format(format);
        if (!parsed.is_ok()) return Outcome::usage(parsed.status().message());
        options.format = *parsed;
    }
    options.ids_path = ids;
    options.rule = ValueRule::kFinite;
    options.encoder = encoder.chosen();
    options.keep_payload = false;
    TerminalProgress progress;
    TEMBLOR_ASSIGN_OR_RETURN(const Corpus collection, read_collection(input, options, progress));
    progress.clear();
    switch (*target) {
        case InputFormat::kBigAnnCsr:
            TEMBLOR_RETURN_IF_ERROR(write_bigann_csr(output, collection.vectors, compression));
            break;
        case InputFormat::kSeismicBinary:
            TEMBLOR_RETURN_IF_ERROR(write_seismic_binary(output, collection.vectors, compression));
            break;
        case InputFormat::kJsonl:
            TEMBLOR_RETURN_IF_ERROR(write_jsonl(output, collection.vectors, collection.ids,
                                                collection.vocabulary, compression));
            break;
    }
    if (!output_ids.empty()) TEMBLOR_RETURN_IF_ERROR(write_ids(output_ids, collection.ids));
    if (*target != InputFormat::kJsonl && !collection.vocabulary.empty()) {
        warn(fmt::format("{} holds numbers, not tokens; --to jsonl keeps them", output));
    }
    return print(fmt::format("{}: {} rows, {} entries\n", output, collection.vectors.rows(),
                             collection.vectors.nnz()));
}

}  // namespace

void add_convert(CLI::App& app, Action& action) {
    auto command = std::make_shared<ConvertCommand>();
    CLI::App* verb = app.add_subcommand("convert", "Writes a collection in another format");
    verb->add_option(
            "--input", command->input,
            "CSR, Seismic's binary or JSONL, or dense: .npy, .fvecs, .fbin; plain, gzip or "
            "zstd")
        ->required();
    verb->add_option("--output", command->output, "File to write; replaced whole")->required();
    verb->add_option("--to", command->to,
                     "csr, seismic or jsonl; of dense vectors npy, fvecs or fbin")
        ->required();
    verb->add_option("--format", command->format, "Of the input [told from the content]");
    verb->add_option("--compress", command->compression, "none, gzip or zstd")
        ->check(CLI::IsMember({"none", "gzip", "zstd"}))
        ->capture_default_str();
    verb->add_option("--ids", command->ids, "Ids of the rows, one a line");
    verb->add_option("--output-ids", command->output_ids, "Writes the ids here, one a line");
    verb->add_option("--values", command->values, "Of --to npy: f16 or f32 [f32]");
    command->encoder.add_to(*verb);
    verb->footer(
        "Examples:\n"
        "  temblor convert --input docs.csr --ids docs.ids --output docs.jsonl.zst --to jsonl "
        "--compress zstd\n"
        "  temblor convert --input vectors.jsonl.gz --output docs.csr --to csr --output-ids "
        "docs.ids\n"
        "  temblor convert --input base.fvecs --output base.npy --to npy --values f16");
    verb->callback([&action, command] { action = [command] { return command->run(); }; });
}

}  // namespace temblor::cli
