#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include <CLI/App.hpp>
#include <CLI/Validators.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include "cli/command.h"
#include "cli/eval_report.h"
#include "cli/evaluation.h"
#include "cli/output.h"
#include "cli/terminal_progress.h"
#include "cli/trec_run.h"
#include "cli/validators.h"
#include "data/formats/relevance.h"

namespace temblor::cli {
namespace {

struct FuseCommand {
    std::vector<std::string> runs;
    double rank_constant = 60;
    uint32_t depth = 100;
    uint32_t k = 10;
    std::string qrels;
    bool as_json = false;

    Outcome run() const;

private:
    Outcome assess_fused(const std::vector<FusedQuery>& fused) const;
    Outcome print_fused(const std::vector<FusedQuery>& fused) const;
};

Outcome FuseCommand::assess_fused(const std::vector<FusedQuery>& fused) const {
    std::vector<std::string> queries;
    std::vector<std::string> documents;
    std::unordered_map<std::string, uint32_t> rows;
    std::vector<std::vector<Hit>> hits;
    for (const FusedQuery& one : fused) {
        queries.push_back(one.query);
        std::vector<Hit>& answer = hits.emplace_back();
        for (size_t i = 0; i < std::min<size_t>(k, one.documents.size()); ++i) {
            const auto& [document, score] = one.documents[i];
            const auto [row, is_new] =
                rows.try_emplace(document, static_cast<uint32_t>(documents.size()));
            if (is_new) documents.push_back(document);
            answer.push_back({row->second, score});
        }
    }
    TEMBLOR_ASSIGN_OR_RETURN(const DocumentIds query_ids, DocumentIds::from_strings(queries));
    TEMBLOR_ASSIGN_OR_RETURN(const DocumentIds document_ids, DocumentIds::from_strings(documents));
    TEMBLOR_ASSIGN_OR_RETURN(const Qrels judged, read_qrels(qrels));
    TEMBLOR_ASSIGN_OR_RETURN(const Quality quality,
                             assess(hits, query_ids, document_ids, judged, k));
    boost::json::object report;
    const uint32_t cut = std::min(k, 10U);
    report["k"] = k;
    report["queries"] = fused.size();
    report[fmt::format("ndcg@{}", cut)] = quality.ndcg;
    report[fmt::format("mrr@{}", cut)] = quality.reciprocal_rank;
    report[fmt::format("recall@{}", k)] = quality.recall;
    report["judged_queries"] = quality.judged;
    report["runs"] = runs.size();
    report["rank_constant"] = rank_constant;
    report["depth"] = depth;
    return as_json ? print_json(report) : print_report_table(report);
}

Outcome FuseCommand::print_fused(const std::vector<FusedQuery>& fused) const {
    for (const FusedQuery& one : fused) {
        std::string lines;
        for (size_t i = 0; i < std::min<size_t>(k, one.documents.size()); ++i) {
            lines += fmt::format("{}\tQ0\t{}\t{}\t{}\ttemblor\n", one.query, one.documents[i].first,
                                 i + 1, one.documents[i].second);
        }
        TEMBLOR_RETURN_IF_ERROR(print(lines));
    }
    return {};
}

Outcome FuseCommand::run() const {
    TerminalProgress progress;
    std::vector<TrecRun> read;
    for (const std::string& path : runs) {
        TEMBLOR_ASSIGN_OR_RETURN(TrecRun one, read_trec_run(path, depth, progress));
        read.push_back(std::move(one));
    }
    progress.clear();
    const std::vector<FusedQuery> fused = fuse_runs(read, rank_constant);
    return qrels.empty() ? print_fused(fused) : assess_fused(fused);
}

}  // namespace

void add_fuse(CLI::App& app, Action& action) {
    auto command = std::make_shared<FuseCommand>();
    CLI::App* verb = app.add_subcommand("fuse", "Fuses rankings by reciprocal rank");
    verb->add_option("--run", command->runs, "TREC run, as `search --queries` prints it; repeated")
        ->required()
        ->allow_extra_args(false);
    verb->add_option("--rank-constant", command->rank_constant, "k of 1 / (k + rank)")
        ->check(CLI::Range(0.0, 1e6))
        ->capture_default_str();
    verb->add_option("--depth", command->depth, "Documents of each run that count")
        ->check(at_least_one())
        ->capture_default_str();
    verb->add_option("--k", command->k, "Documents a query")
        ->check(at_least_one())
        ->capture_default_str();
    verb->add_option("--qrels", command->qrels,
                     "Judgements (TREC or BEIR): print nDCG@10, MRR@10 and recall@k, not the run");
    verb->add_flag("--json", command->as_json, "With --qrels: print one JSON object");
    verb->footer(
        "Examples:\n"
        "  temblor search --index text.tbl --queries q.jsonl --k 100 > bm25.trec\n"
        "  temblor fuse --run bm25.trec --run splade.trec > hybrid.trec\n"
        "  temblor fuse --run bm25.trec --run splade.trec --qrels test.tsv --json");
    verb->callback([&action, command] { action = [command] { return command->run(); }; });
}

}  // namespace temblor::cli
