#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include <CLI/App.hpp>
#include <CLI/Validators.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include "cli/command.h"
#include "cli/dense_eval.h"
#include "cli/eval_report.h"
#include "cli/evaluation.h"
#include "cli/output.h"
#include "cli/query_model.h"
#include "cli/search_flags.h"
#include "cli/terminal_progress.h"
#include "cli/timed_encoder.h"
#include "cli/validators.h"
#include "data/formats/collection_reader.h"
#include "query/exact_index.h"
#include "query/searcher.h"

namespace temblor::cli {
namespace {

namespace json = boost::json;

struct EvalCommand {
    std::string index;
    std::string queries;
    std::string query_ids;
    std::string qrels;
    std::string ground_truth;
    bool with_accuracy = false;
    SearchFlags flags;
    DenseSearchFlags dense;
    QueryModelFlags model;
    uint32_t threads = 1;
    uint32_t warmup = 1;
    uint32_t repeats = 1;
    std::string load = "mapped";
    bool as_json = false;

    Outcome run() const;
};

// One evaluation under way: what has been read, and the report that fills.
class Evaluation {
public:
    Evaluation(const EvalCommand& command, std::shared_ptr<const Segment> segment,
               const SearchParameters& parameters)
        : command_(command),
          segment_(std::move(segment)),
          parameters_(parameters),
          searcher_(segment_) {}

    Status run() {
        TEMBLOR_RETURN_IF_ERROR(read_inputs());
        report_["k"] = parameters_.k;
        report_["queries"] = queries_.vectors.rows();
        TEMBLOR_RETURN_IF_ERROR(search());
        TEMBLOR_RETURN_IF_ERROR(quality());
        TEMBLOR_RETURN_IF_ERROR(accuracy_against_exact());
        if (command_.threads != 1) TEMBLOR_RETURN_IF_ERROR(throughput());
        settings();
        progress_.clear();
        return Status::ok();
    }

    [[nodiscard]] const json::object& report() const { return report_; }

private:
    Status read_inputs() {
        TEMBLOR_ASSIGN_OR_RETURN(encoder_, command_.model.encoder_of(*segment_));
        std::optional<TimedEncoder> timed;
        if (encoder_) timed.emplace(*encoder_);
        TEMBLOR_ASSIGN_OR_RETURN(
            queries_, read_queries(command_.queries, command_.query_ids, std::nullopt,
                                   segment_->vocabulary(), timed ? &*timed : nullptr, progress_));
        if (queries_.vectors.rows() == 0) {
            return Status::invalid_argument(command_.queries + ": no queries");
        }
        TEMBLOR_RETURN_IF_ERROR(
            queries_.vectors.validate(ValueRule::kNonNegative).with_context(command_.queries));
        if (timed && !timed->microseconds().empty()) {
            encode_ = summarise(timed->microseconds());
        }
        return Status::ok();
    }

    Status search() {
        if (command_.flags.exact) {
            TEMBLOR_RETURN_IF_ERROR(make_exact_index());
            ExactIndex::Scratch scratch;
            return measured([&](uint64_t query, SearchResult& result) {
                exact_->search(queries_.vectors.row(query), parameters_.k, scratch, result.hits);
                // An exact scan gives every document a score.
                result.counters.documents_scored = exact_->rows();
                return Status::ok();
            });
        }
        SearchScratch scratch(*segment_);
        return measured([&](uint64_t query, SearchResult& result) {
            return searcher_.search(queries_.vectors.row(query), parameters_, {}, scratch, result);
        });
    }

    Status measured(const QueryRunner& runner) {
        TEMBLOR_ASSIGN_OR_RETURN(
            measurement_,
            measure(queries_.vectors.rows(), runner, command_.warmup, command_.repeats, progress_));
        return Status::ok();
    }

    Status quality() {
        if (command_.qrels.empty()) return Status::ok();
        TEMBLOR_ASSIGN_OR_RETURN(const Qrels qrels, read_qrels(command_.qrels));
        TEMBLOR_ASSIGN_OR_RETURN(
            const Quality quality,
            assess(measurement_.hits, queries_.ids, segment_->ids(), qrels, parameters_.k));
        const uint32_t cut = std::min(parameters_.k, 10U);
        report_[fmt::format("ndcg@{}", cut)] = quality.ndcg;
        report_[fmt::format("mrr@{}", cut)] = quality.reciprocal_rank;
        report_[fmt::format("recall@{}", parameters_.k)] = quality.recall;
        report_["judged_queries"] = quality.judged;
        return Status::ok();
    }

    Status accuracy_against_exact() {
        std::vector<std::vector<Hit>> truth;
        if (!command_.ground_truth.empty()) {
            TEMBLOR_ASSIGN_OR_RETURN(const GroundTruth stored,
                                     read_ground_truth(command_.ground_truth));
            auto hits = ground_truth_hits(
                stored, queries_.vectors.rows(), segment_->rows(),
                static_cast<uint32_t>(std::min<uint64_t>(parameters_.k, segment_->rows())));
            if (!hits.is_ok()) return std::move(hits).status().with_context(command_.ground_truth);
            truth = std::move(hits).value();
        } else if (command_.with_accuracy) {
            TEMBLOR_RETURN_IF_ERROR(make_exact_index());
            TEMBLOR_ASSIGN_OR_RETURN(
                truth, exact_->search_batch(queries_.vectors, parameters_.k, 0, progress_));
        } else {
            return Status::ok();
        }
        report_[fmt::format("accuracy@{}", parameters_.k)] =
            mean_accuracy(measurement_.hits, truth, parameters_.k);
        return Status::ok();
    }

    Status throughput() {
        const auto start = std::chrono::steady_clock::now();
        if (command_.flags.exact) {
            TEMBLOR_ASSIGN_OR_RETURN(
                [[maybe_unused]] const auto results,
                exact_->search_batch(queries_.vectors, parameters_.k, command_.threads, progress_));
        } else {
            TEMBLOR_ASSIGN_OR_RETURN(
                [[maybe_unused]] const auto results,
                searcher_.search_batch(queries_.vectors, parameters_, {}, command_.threads));
        }
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
        report_["queries_per_second"] =
            static_cast<double>(queries_.vectors.rows()) / std::max(took.count(), 1e-9);
        return Status::ok();
    }

    Status make_exact_index() {
        if (exact_) return Status::ok();
        TEMBLOR_ASSIGN_OR_RETURN(exact_, ExactIndex::from_segment(*segment_, progress_));
        return Status::ok();
    }

    void settings() {
        const auto mean = [&](uint64_t total) {
            return static_cast<double>(total) / static_cast<double>(queries_.vectors.rows());
        };
        const SearchCounters& totals = measurement_.totals;
        report_["latency_us"] = latency_json(measurement_.latency);
        if (encode_) report_["encode_us"] = latency_json(*encode_);
        report_["documents_scored"] = mean(totals.documents_scored);
        if (!command_.flags.exact) {
            report_["blocks_visited"] = mean(totals.blocks_visited);
            report_["summary_entries"] = mean(totals.summary_entries);
            report_["bytes_touched"] = mean(totals.bytes_touched);
        }
        report_["index_bytes"] = segment_->file_bytes();
        report_["exact"] = parameters_.exact;
        if (!parameters_.exact) {
            report_["query_cut"] = parameters_.query_cut;
            report_["heap_factor"] = as_printed(parameters_.heap_factor);
            report_["patience"] = parameters_.patience;
        }
        report_["threads"] = command_.threads;
        report_["load"] = command_.load;
        if (queries_.unknown_tokens > 0) report_["unknown_tokens"] = queries_.unknown_tokens;
    }

    const EvalCommand& command_;
    std::shared_ptr<const Segment> segment_;
    SearchParameters parameters_;
    Searcher searcher_;
    TerminalProgress progress_;
    std::unique_ptr<TextEncoder> encoder_;
    QuerySet queries_;
    std::optional<Latency> encode_;
    std::optional<ExactIndex> exact_;
    Measurement measurement_;
    json::object report_;
};

Outcome EvalCommand::run() const {
    const bool is_dense = is_dense_segment(index);
    Outcome fits = is_dense ? flags.refuse(index) : dense.refuse(index);
    if (!fits.status().is_ok()) return fits;
    if (is_dense) {
        return eval_dense(dense, model,
                          {index, queries, query_ids, qrels, ground_truth, with_accuracy, flags.k,
                           flags.exact, flags.recall, threads, warmup, repeats, load, as_json});
    }
    auto segment = Segment::open(index, load == "loaded" ? Residency::kLoaded : Residency::kMapped);
    if (!segment.is_ok()) return std::move(segment).status();
    SearchParameters parameters;
    Outcome resolved = flags.resolve(**segment, parameters);
    if (!resolved.status().is_ok()) return resolved;
    Evaluation evaluation(*this, *segment, parameters);
    TEMBLOR_RETURN_IF_ERROR(evaluation.run());
    return as_json ? print_json(evaluation.report()) : print_report_table(evaluation.report());
}

}  // namespace

void add_eval(CLI::App& app, Action& action) {
    auto command = std::make_shared<EvalCommand>();
    CLI::App* verb =
        app.add_subcommand("eval", "Measures quality, accuracy and latency of an index");
    verb->add_option("--index", command->index, "Segment file")->required();
    verb->add_option(
            "--queries", command->queries,
            "Queries: CSR, Seismic or JSONL; .npy, .fvecs, .fbin or text for dense vectors")
        ->required();
    verb->add_option("--query-ids", command->query_ids, "Ids of the queries, one a line");
    verb->add_option("--qrels", command->qrels,
                     "Judgements (TREC or BEIR), for nDCG@10, MRR@10 and recall@k");
    verb->add_option("--groundtruth", command->ground_truth,
                     "Exact answers by `temblor groundtruth`, for accuracy@k");
    verb->add_flag("--accuracy", command->with_accuracy,
                   "Compute accuracy@k against an exact search of the index");
    command->model.add_to(*verb);
    command->flags.add_to(*verb);
    command->dense.add_to(*verb);
    verb->add_option("--threads", command->threads,
                     "Other than 1: also the throughput of a batch on so many threads (0: all "
                     "cores); latencies are always of one thread")
        ->capture_default_str();
    verb->add_option("--warmup", command->warmup, "Passes before the clock counts")
        ->capture_default_str();
    verb->add_option("--repeats", command->repeats, "Timed passes; the median one is reported")
        ->check(at_least_one())
        ->capture_default_str();
    verb->add_option("--load", command->load,
                     "mapped: search the file in place; loaded: copy it to memory first")
        ->check(CLI::IsMember({"mapped", "loaded"}))
        ->capture_default_str();
    verb->add_flag("--json", command->as_json, "Print one JSON object");
    verb->footer(
        "Latencies are of the search alone, in microseconds; counters are means over queries. "
        "nDCG\n"
        "and MRR are cut at 10, or at k if that is less; quality is over queries with judgements.\n"
        "Examples:\n"
        "  temblor eval --index nf.tbl --queries q.csr --query-ids q.ids --qrels test.tsv --exact\n"
        "  temblor eval --index nf.tbl --queries q.csr --groundtruth gt.bin --recall 0.95 --json\n"
        "  temblor eval --index text.tbl --queries queries.jsonl.gz --qrels test.tsv --k 10 "
        "--json");
    verb->callback([&action, command] { action = [command] { return command->run(); }; });
}

}  // namespace temblor::cli
