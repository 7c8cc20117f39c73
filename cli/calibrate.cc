#include "query/calibrate.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <CLI/App.hpp>
#include <CLI/Validators.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include "cli/calibration_report.h"
#include "cli/command.h"
#include "cli/output.h"
#include "cli/query_input.h"
#include "cli/terminal_progress.h"
#include "cli/validators.h"
#include "data/formats/collection_reader.h"
#include "data/formats/dense_reader.h"
#include "index/dense/dense_segment.h"
#include "query/dense/dense_calibrate.h"

namespace temblor::cli {
namespace {

struct CalibrateCommand {
    std::string index;
    std::string queries;
    std::string query_ids;
    std::vector<uint32_t> ks{10, 100};
    uint32_t max_queries = 1000;
    uint32_t threads = 0;
    bool as_json = false;

    Outcome run() const;

private:
    Outcome run_dense(TerminalProgress& progress) const;
    [[nodiscard]] CalibrationOptions options() const;
    Outcome store(const std::vector<CalibrationFrontier>& frontiers, const CalibrationNames& names,
                  TerminalProgress& progress) const;
};

Outcome CalibrateCommand::run() const {
    TerminalProgress progress;
    if (is_dense_segment(index)) return run_dense(progress);
    TEMBLOR_ASSIGN_OR_RETURN(std::shared_ptr<const Segment> segment, Segment::open(index));
    SparseDataset sample;
    if (!queries.empty()) {
        TEMBLOR_ASSIGN_OR_RETURN(const auto encoder, segment_encoder(*segment));
        TEMBLOR_ASSIGN_OR_RETURN(
            QuerySet set, read_queries(queries, query_ids, std::nullopt, segment->vocabulary(),
                                       encoder.get(), progress));
        if (set.vectors.rows() == 0) return Status::invalid_argument(queries + ": no queries");
        sample = std::move(set.vectors);
    }
    TEMBLOR_ASSIGN_OR_RETURN(const auto frontiers,
                             temblor::calibrate(segment, sample, options(), progress));
    return store(frontiers, {}, progress);
}

Outcome CalibrateCommand::run_dense(TerminalProgress& progress) const {
    TEMBLOR_ASSIGN_OR_RETURN(const auto segment, DenseSegment::open(index));
    DenseDataset sample;
    if (!queries.empty()) {
        TEMBLOR_ASSIGN_OR_RETURN(sample, read_dense(queries, progress));
        if (sample.rows() == 0) return Status::invalid_argument(queries + ": no queries");
    }
    TEMBLOR_ASSIGN_OR_RETURN(
        const auto frontiers,
        calibrate_dense({&segment->store(), segment->hashed(), nullptr, segment->graph()}, sample,
                        options(), progress));
    return store(frontiers, calibration_names(segment->kind()), progress);
}

CalibrationOptions CalibrateCommand::options() const {
    CalibrationOptions result;
    result.ks = ks;
    result.max_queries = max_queries;
    result.threads = threads;
    return result;
}

Outcome CalibrateCommand::store(const std::vector<CalibrationFrontier>& frontiers,
                                const CalibrationNames& names, TerminalProgress& progress) const {
    TEMBLOR_RETURN_IF_ERROR(store_calibration(index, frontiers));
    progress.clear();
    if (!as_json) return print(calibration_table(frontiers, names));
    boost::json::object report;
    report["calibration"] = calibration_json(frontiers, names);
    return print_json(report);
}

}  // namespace

void add_calibrate(CLI::App& app, Action& action) {
    auto command = std::make_shared<CalibrateCommand>();
    CLI::App* verb = app.add_subcommand(
        "calibrate", "Measures accuracy against cost and stores it in the index, for --recall");
    verb->add_option("--index", command->index, "Segment file; replaced whole")->required();
    CLI::Option* file = verb->add_option("--queries", command->queries,
                                         "Sample queries [made from the index's documents]");
    verb->add_option("--query-ids", command->query_ids, "Ids of the queries, one a line")
        ->needs(file);
    verb->add_option("--k", command->ks, "Numbers of results, separated by commas")
        ->delimiter(',')
        ->check(at_least_one())
        ->capture_default_str();
    verb->add_option("--max-queries", command->max_queries, "Queries that are measured at most")
        ->check(at_least_one())
        ->capture_default_str();
    verb->add_option("--threads", command->threads, "0: all cores")->capture_default_str();
    verb->add_flag("--json", command->as_json, "Print the frontiers as JSON");
    verb->footer(
        "Examples:\n"
        "  temblor calibrate --index nf.tbl --queries q.csr\n"
        "  temblor calibrate --index text.tbl --k 10,100");
    verb->callback([&action, command] { action = [command] { return command->run(); }; });
}

}  // namespace temblor::cli
