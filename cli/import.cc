#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <system_error>

#include <CLI/App.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include "cli/command.h"
#include "cli/data_folder.h"
#include "cli/human_text.h"
#include "cli/output.h"
#include "cli/terminal_progress.h"
#include "cli/validators.h"
#include "index/collection/bulk_load.h"
#include "index/collection/point_input.h"
#include "server/text_vectors.h"

namespace temblor::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr uint64_t kPointsBetweenReports = 64;

struct ImportCommand {
    std::string data;
    std::string collection;
    std::string input;
    std::optional<std::string> vector;
    std::string ids;
    std::string format;
    std::string load;
    BulkOptions bulk;
    bool as_json = false;

    [[nodiscard]] bool is_resumable() const { return input != "-" || !load.empty(); }
    [[nodiscard]] std::string load_name() const;
    Outcome run() const;
};

/// One line for the whole import, whatever stage the building of a segment is in.
class ImportProgress final : public Progress {
public:
    explicit ImportProgress(Progress& terminal) : terminal_(terminal) {}

    void at(uint64_t done, uint64_t expected) {
        importing_ = true;
        done_ = done;
        expected_ = expected;
        report({}, 0, 0);
    }
    void report(std::string_view stage, uint64_t done, uint64_t total) override {
        if (!importing_) return terminal_.report(stage, done, total);
        terminal_.report("importing", done_, expected_);
    }
    [[nodiscard]] bool cancelled() const override { return terminal_.cancelled(); }

private:
    Progress& terminal_;
    bool importing_ = false;
    uint64_t done_ = 0;
    uint64_t expected_ = 0;
};

/// Names a file as it is now: a load of what has changed since is another load.
std::string file_name(const std::string& path) {
    namespace fs = std::filesystem;
    if (path.empty() || path == "-") return path;
    std::error_code error;
    const fs::path whole = fs::weakly_canonical(path, error);
    const auto bytes = fs::file_size(path, error);
    const auto changed = fs::last_write_time(path, error).time_since_epoch().count();
    return fmt::format("{}|{}|{}", error ? path : whole.string(), error ? 0 : bytes,
                       error ? 0 : changed);
}

std::string ImportCommand::load_name() const {
    if (!load.empty()) return "named|" + load;
    return fmt::format("import|{}|{}|{}|{}", file_name(input), file_name(ids), format,
                       vector.value_or(""));
}

/// How far a load came and what it took.
struct Imported {
    uint64_t points = 0;
    uint64_t skipped = 0;
    double seconds = 0;
};

Status load_points(PointInput& input, BulkLoader& loader, ImportProgress& progress,
                   Imported& done) {
    done.skipped = loader.points_done();
    TEMBLOR_ASSIGN_OR_RETURN(const uint64_t skipped, input.skip(done.skipped, progress));
    if (skipped != done.skipped) {
        return Status::invalid_argument(
            fmt::format("{}: the load has {} points in already, the input has only {}",
                        input.place(), done.skipped, skipped));
    }
    Point point;
    while (true) {
        if (done.points % kPointsBetweenReports == 0) {
            if (progress.cancelled()) return Status::cancelled("the import was interrupted");
            const uint64_t expected = input.expected_points();
            progress.at(done.points, expected > done.skipped ? expected - done.skipped : 0);
        }
        TEMBLOR_ASSIGN_OR_RETURN(const bool more, input.next(point));
        if (!more) break;
        ++done.points;
        Status status = loader.add(std::move(point), progress);
        if (status.code() == StatusCode::kInvalidArgument)
            return std::move(status).with_context(input.place());
        TEMBLOR_RETURN_IF_ERROR(std::move(status));
    }
    return loader.finish(progress);
}

Result<std::unique_ptr<BulkLoader>> begin_load(const ImportCommand& command,
                                               const std::shared_ptr<Collection>& collection,
                                               Progress& progress) {
    TEMBLOR_ASSIGN_OR_RETURN(auto loader,
                             BulkLoader::begin(collection, command.load_name(), command.bulk));
    if (command.is_resumable() || loader->points_done() == 0) return loader;
    // What comes through a pipe now need not be what came before.
    TEMBLOR_RETURN_IF_ERROR(loader->finish(progress));
    return BulkLoader::begin(collection, command.load_name(), command.bulk);
}

/// Says what an import that failed leaves behind.
void tell_how_to_go_on(const ImportCommand& command, uint64_t points_done) {
    if (points_done == 0) return;
    warn(fmt::format("{} points are in; {}", points_done,
                     !command.is_resumable() ? "give --name to be able to go on after them"
                     : !command.load.empty() ? "the same command goes on after them"
                                             : "the same command goes on after them while the "
                                               "input is unchanged"));
}

Outcome ImportCommand::run() const {
    PointInputOptions options;
    options.vector = vector;
    options.ids_path = ids;
    if (!format.empty()) {
        auto parsed = parse_point_format(format);
        if (!parsed.is_ok()) return Outcome::usage(parsed.status().message());
        options.format = *parsed;
    }
    if (input == "-" && ids == "-")
        return Outcome::usage("--ids: standard input is the --input already");
    TEMBLOR_ASSIGN_OR_RETURN(const auto store, open_store(data));
    TEMBLOR_ASSIGN_OR_RETURN(const auto target, store->collection(collection));
    TerminalProgress terminal;
    ImportProgress progress(terminal);
    const auto start = Clock::now();
    const auto schema = target->version()->schema;
    options.text = document_text_reader(*schema);
    TEMBLOR_ASSIGN_OR_RETURN(const auto points,
                             open_point_input(input, *schema, options, progress));
    TEMBLOR_ASSIGN_OR_RETURN(const auto loader, begin_load(*this, target, progress));
    Imported done;
    const Status status = load_points(*points, *loader, progress, done);
    terminal.clear();
    if (!status.is_ok()) {
        tell_how_to_go_on(*this, loader->points_done());
        return status;
    }
    done.seconds = std::chrono::duration<double>(Clock::now() - start).count();
    const double rate = static_cast<double>(done.points) / std::max(done.seconds, 1e-3);
    const uint64_t now = target->stats().points;
    if (!as_json) {
        const std::string skipped =
            done.skipped == 0 ? "" : fmt::format(", {} were in already", done.skipped);
        return print(fmt::format("{}: {} points in {:.1f} s ({}/s){}; {} in the collection\n",
                                 fit_columns(collection, 80), done.points, done.seconds,
                                 human_count(rate), skipped, now));
    }
    boost::json::object answer;
    answer["points"] = done.points;
    answer["skipped"] = done.skipped;
    answer["seconds"] = done.seconds;
    answer["points_per_second"] = rate;
    answer["collection_points"] = now;
    return print_json(answer);
}

}  // namespace

void add_import(CLI::App& app, Action& action) {
    auto command = std::make_shared<ImportCommand>();
    CLI::App* verb = app.add_subcommand("import", "Loads a file of points into a collection");
    verb->add_option("--data", command->data, "Folder of collections")->required();
    verb->add_option("--collection", command->collection, "Its name or an alias")->required();
    verb->add_option("--input", command->input,
                     "Points or vectors in JSONL, CSR or Seismic's binary; plain, gzip or zstd; "
                     "- reads standard input")
        ->required();
    verb->add_option("--format", command->format,
                     "points, jsonl, csr or seismic [told from the content]");
    verb->add_option("--vector", command->vector,
                     "The sparse vector that rows go to [the only one of the schema]");
    verb->add_option("--ids", command->ids, "Ids of the rows, one a line [row numbers]");
    verb->add_option("--name", command->load,
                     "Of the load, to go on with after an interruption [the input's file]");
    verb->add_option("--chunk-points", command->bulk.chunk_points,
                     "Points that become a segment, and durable, together")
        ->check(CLI::Range(uint64_t{1}, uint64_t{UINT32_MAX} - 1))
        ->capture_default_str();
    verb->add_option("--threads", command->bulk.threads, "0: all cores")->capture_default_str();
    verb->add_flag("--json", command->as_json, "Print one JSON object");
    verb->footer(
        "A point a line: {\"id\": 7, \"payload\": {...}, \"vector\": {\"title\": [0.1, 0.2],\n"
        "\"text\": {\"indices\": [3, 17], \"values\": [0.5, 2]}}}. Points replace those of their\n"
        "ids. {\"text\": \"words\", \"model\": \"temblor/bm25\"} in the place of a sparse vector\n"
        "is made into one. What is in stays in: after an interruption or an error the same\n"
        "command goes on behind the last whole chunk.\n"
        "Exits with 3 when a point does not fit the schema, 4 when there is no such collection.\n"
        "Examples:\n"
        "  temblor import --data data --collection docs --input points.jsonl.gz\n"
        "  temblor import --data data --collection docs --input docs.csr --ids docs.ids "
        "--vector text");
    verb->callback([&action, command] { action = [command] { return command->run(); }; });
}

}  // namespace temblor::cli
