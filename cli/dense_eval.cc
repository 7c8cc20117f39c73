#include "cli/dense_eval.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <utility>

#include <CLI/App.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include "cli/eval_report.h"
#include "cli/evaluation.h"
#include "cli/output.h"
#include "cli/terminal_progress.h"
#include "cli/validators.h"
#include "data/formats/relevance.h"
#include "query/dense/dense_calibrate.h"
#include "query/dense/dense_searcher.h"

namespace temblor::cli {
namespace {

namespace json = boost::json;

constexpr float kAnyScore = std::numeric_limits<float>::lowest();

class DenseEvaluation {
public:
    DenseEvaluation(const DenseEvalTask& task, const QueryModelFlags& model,
                    std::shared_ptr<const DenseSegment> segment,
                    const DenseSearchParameters& parameters)
        : task_(task),
          model_(model),
          segment_(std::move(segment)),
          source_{&segment_->store(), segment_->hashed(), nullptr, segment_->graph()},
          parameters_(parameters) {}

    Status run() {
        TEMBLOR_ASSIGN_OR_RETURN(
            DenseQueries read,
            model_.read_dense_queries(*segment_, task_.queries, task_.query_ids, progress_));
        queries_ = std::move(read.vectors);
        query_ids_ = std::move(read.ids);
        if (queries_.rows() == 0) return Status::invalid_argument(task_.queries + ": no queries");
        report_["k"] = parameters_.k;
        report_["queries"] = queries_.rows();
        DenseScratch scratch;
        TEMBLOR_ASSIGN_OR_RETURN(measurement_, measure(
                                                   queries_.rows(),
                                                   [&](uint64_t query, SearchResult& result) {
                                                       return search_dense(
                                                           source_, queries_.row(query),
                                                           parameters_, {}, scratch, result);
                                                   },
                                                   task_.warmup, task_.repeats, progress_));
        TEMBLOR_RETURN_IF_ERROR(quality());
        TEMBLOR_RETURN_IF_ERROR(accuracy());
        if (task_.threads != 1) TEMBLOR_RETURN_IF_ERROR(throughput());
        settings();
        progress_.clear();
        return Status::ok();
    }
    [[nodiscard]] const json::object& report() const { return report_; }

private:
    Status quality() {
        if (task_.qrels.empty()) return Status::ok();
        TEMBLOR_ASSIGN_OR_RETURN(const Qrels qrels, read_qrels(task_.qrels));
        TEMBLOR_ASSIGN_OR_RETURN(const Quality found,
                                 assess(measurement_.hits, query_ids_, segment_->ids(), qrels,
                                        parameters_.k, kAnyScore));
        const uint32_t cut = std::min(parameters_.k, 10U);
        report_[fmt::format("ndcg@{}", cut)] = found.ndcg;
        report_[fmt::format("mrr@{}", cut)] = found.reciprocal_rank;
        report_[fmt::format("recall@{}", parameters_.k)] = found.recall;
        report_["judged_queries"] = found.judged;
        return Status::ok();
    }

    Status accuracy() {
        std::vector<std::vector<Hit>> truth;
        if (!task_.ground_truth.empty()) {
            TEMBLOR_ASSIGN_OR_RETURN(const GroundTruth stored,
                                     read_ground_truth(task_.ground_truth));
            auto hits = ground_truth_hits(
                stored, queries_.rows(), segment_->rows(),
                static_cast<uint32_t>(std::min<uint64_t>(parameters_.k, segment_->rows())));
            if (!hits.is_ok()) return std::move(hits).status().with_context(task_.ground_truth);
            truth = std::move(hits).value();
        } else if (task_.with_accuracy) {
            DenseSearchParameters exact = parameters_;
            exact.exact = true;
            TEMBLOR_ASSIGN_OR_RETURN(const auto results,
                                     search_dense_batch(source_, queries_, exact, {}, 0));
            for (const SearchResult& r : results) truth.push_back(r.hits);
        } else {
            return Status::ok();
        }
        report_[fmt::format("accuracy@{}", parameters_.k)] =
            mean_accuracy(measurement_.hits, truth, parameters_.k, kAnyScore);
        return Status::ok();
    }

    Status throughput() {
        const auto start = std::chrono::steady_clock::now();
        TEMBLOR_ASSIGN_OR_RETURN(
            [[maybe_unused]] const auto results,
            search_dense_batch(source_, queries_, parameters_, {}, task_.threads));
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
        report_["queries_per_second"] =
            static_cast<double>(queries_.rows()) / std::max(took.count(), 1e-9);
        return Status::ok();
    }

    void settings() {
        const auto mean = [&](uint64_t total) {
            return static_cast<double>(total) / static_cast<double>(queries_.rows());
        };
        const SearchCounters& totals = measurement_.totals;
        report_["latency_us"] = latency_json(measurement_.latency);
        report_["documents_scored"] = mean(totals.documents_scored);
        report_["blocks_visited"] = mean(totals.blocks_visited);
        report_["summaries"] = mean(totals.summary_entries);
        report_["refined"] = mean(totals.refined);
        report_["bytes_touched"] = mean(totals.bytes_touched);
        report_["index_bytes"] = segment_->file_bytes();
        report_["exact"] = parameters_.exact || segment_->kind() == DenseIndexKind::kFlat;
        if (!parameters_.exact && segment_->hashed() != nullptr) {
            report_["lists"] = parameters_.setting.lists;
            report_["blocks"] = parameters_.setting.blocks;
            report_["slack"] = as_printed(parameters_.setting.slack);
            report_["refine"] = parameters_.setting.refine;
        }
        if (!parameters_.exact && segment_->graph() != nullptr)
            report_["ef"] = parameters_.setting.ef;
        report_["threads"] = task_.threads;
        report_["load"] = task_.load;
    }

    const DenseEvalTask& task_;
    const QueryModelFlags& model_;
    std::shared_ptr<const DenseSegment> segment_;
    DenseSource source_;
    DenseSearchParameters parameters_;
    TerminalProgress progress_;
    DenseDataset queries_;
    DocumentIds query_ids_;
    Measurement measurement_;
    json::object report_;
};

}  // namespace

void DenseSearchFlags::add_to(CLI::App& app) {
    const std::string group = "Search of dense vectors";
    const DenseSetting defaults;
    app.add_option("--lists", lists, fmt::format("Lists that are looked at [{}]", defaults.lists))
        ->check(at_least_one())
        ->group(group);
    app.add_option("--blocks", blocks, "Blocks opened at most [four times the lists]")
        ->check(at_least_one())
        ->group(group);
    app.add_option("--slack", slack,
                   fmt::format("Skip a block whose summary scores so many deviations of a "
                               "residual below the k-th best [{}]",
                               defaults.slack))
        ->group(group);
    app.add_option(
           "--refine", refine,
           fmt::format("Candidates beyond k scored anew by their vectors [{}]", defaults.refine))
        ->group(group);
    app.add_option(
           "--ef", ef,
           fmt::format("hnsw: rows from which the walk goes on, at least k [{}]", defaults.ef))
        ->check(at_least_one())
        ->group(group);
}

Outcome DenseSearchFlags::refuse(const std::string& index) const {
    for (const auto& [name, given] :
         {std::pair("--lists", lists.has_value()), std::pair("--blocks", blocks.has_value()),
          std::pair("--slack", slack.has_value()), std::pair("--refine", refine.has_value()),
          std::pair("--ef", ef.has_value())}) {
        if (given) {
            return Outcome::usage(
                fmt::format("{} is about dense vectors; {} holds sparse ones", name, index));
        }
    }
    return {};
}

Outcome DenseSearchFlags::resolve(const DenseSegment& segment, uint32_t k, bool exact,
                                  std::optional<double> recall,
                                  DenseSearchParameters& parameters) const {
    if (recall) {
        if (!(*recall > 0)) return Outcome::usage("--recall must be above 0");
        if (lists || blocks || slack || refine || ef)
            return Outcome::usage(
                "--recall excludes --lists, --blocks, --slack, --refine and --ef");
        auto calibrated = dense_parameters_for_recall(segment.calibration(), k, *recall);
        if (calibrated.is_ok()) {
            parameters = *calibrated;
            return {};
        }
        if (calibrated.status().code() != StatusCode::kNotFound)
            return std::move(calibrated).status();
        return Status::not_found(
            fmt::format("{}: no calibration for --recall at k = {}; run `temblor calibrate "
                        "--index {}`",
                        segment.path(), k, segment.path()));
    }
    parameters = DenseSearchParameters{};
    parameters.k = k;
    parameters.exact = exact;
    if (lists) parameters.setting.lists = *lists;
    if (blocks) parameters.setting.blocks = *blocks;
    if (slack) parameters.setting.slack = static_cast<float>(*slack);
    if (refine) parameters.setting.refine = *refine;
    if (ef) parameters.setting.ef = *ef;
    const Status valid = parameters.validate();
    return valid.is_ok() ? Outcome() : Outcome::usage(valid.message());
}

Outcome eval_dense(const DenseSearchFlags& flags, const QueryModelFlags& model,
                   const DenseEvalTask& task) {
    auto segment = DenseSegment::open(
        task.index, task.load == "loaded" ? Residency::kLoaded : Residency::kMapped);
    if (!segment.is_ok()) return std::move(segment).status();
    DenseSearchParameters parameters;
    Outcome resolved = flags.resolve(**segment, task.k, task.exact, task.recall, parameters);
    if (!resolved.status().is_ok()) return resolved;
    DenseEvaluation evaluation(task, model, *segment, parameters);
    TEMBLOR_RETURN_IF_ERROR(evaluation.run());
    return task.as_json ? print_json(evaluation.report()) : print_report_table(evaluation.report());
}

}  // namespace temblor::cli
