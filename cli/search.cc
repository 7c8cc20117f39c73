#include <chrono>
#include <memory>
#include <optional>

#include <CLI/App.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include "cli/command.h"
#include "cli/dense_eval.h"
#include "cli/dense_search.h"
#include "cli/hit_view.h"
#include "cli/interrupt.h"
#include "cli/output.h"
#include "cli/query_input.h"
#include "cli/query_model.h"
#include "cli/search_answer.h"
#include "cli/search_flags.h"
#include "cli/terminal_progress.h"
#include "data/formats/collection_reader.h"
#include "index/dense/dense_segment.h"
#include "query/searcher.h"

namespace temblor::cli {
namespace {

namespace json = boost::json;

struct SearchCommand {
    std::string index;
    std::optional<std::string> text;
    std::optional<std::string> vector;
    std::optional<std::string> queries;
    std::string query_ids;
    SearchFlags flags;
    DenseSearchFlags dense;
    QueryModelFlags model;
    bool explained = false;
    bool as_json = false;

    Outcome run() const;

private:
    Outcome run_dense() const;
    Outcome run_one(Searcher& searcher, const SearchParameters& parameters,
                    const TextEncoder* encoder) const;
    Outcome run_file(Searcher& searcher, const SearchParameters& parameters,
                     const TextEncoder* encoder) const;
};

// Text asks for documents that share words with it; the others that fill an answer up are noise.
void drop_unrelated(std::vector<Hit>& hits) {
    std::erase_if(hits, [](const Hit& hit) { return !(hit.score > 0); });
}

struct TimedSearch {
    SearchResult result;
    double took_us = 0;
};

Status timed_search(const Searcher& searcher, SparseVectorView query,
                    const SearchParameters& parameters, SearchScratch& scratch,
                    TimedSearch& timed) {
    const auto start = std::chrono::steady_clock::now();
    TEMBLOR_RETURN_IF_ERROR(searcher.search(query, parameters, {}, scratch, timed.result));
    const auto end = std::chrono::steady_clock::now();
    timed.took_us = std::chrono::duration<double, std::micro>(end - start).count();
    return Status::ok();
}

Status show(const std::vector<HitView>& hits, const TimedSearch& timed, uint64_t rows) {
    const SearchCounters& counters = timed.result.counters;
    return print(hit_lines(hits) + result_count(hits.size(), timed.took_us) +
                 fmt::format(": {} of {} documents scored, {} of {} blocks visited{}\n",
                             counters.documents_scored, rows, counters.blocks_visited,
                             counters.blocks, counters.exact ? ", exact" : ""));
}

Outcome SearchCommand::run() const {
    if (is_dense_segment(index)) return run_dense();
    Outcome fits = dense.refuse(index);
    if (!fits.status().is_ok()) return fits;
    auto segment = Segment::open(index);
    if (!segment.is_ok()) return std::move(segment).status();
    SearchParameters parameters;
    Outcome resolved = flags.resolve(**segment, parameters);
    if (!resolved.status().is_ok()) return resolved;
    TEMBLOR_ASSIGN_OR_RETURN(const auto encoder, model.encoder_of(**segment));
    Searcher searcher(*segment);
    return queries ? run_file(searcher, parameters, encoder.get())
                   : run_one(searcher, parameters, encoder.get());
}

Outcome SearchCommand::run_dense() const {
    if (explained) {
        return Outcome::usage(
            fmt::format("--explain is about sparse vectors; {} holds dense ones", index));
    }
    Outcome fits = flags.refuse(index);
    if (!fits.status().is_ok()) return fits;
    return search_dense_file(
        dense, model,
        {index, text, vector, queries, query_ids, flags.k, flags.exact, flags.recall, as_json});
}

Outcome SearchCommand::run_one(Searcher& searcher, const SearchParameters& parameters,
                               const TextEncoder* encoder) const {
    const Segment& segment = searcher.segment();
    SparseVector query;
    if (text) {
        if (encoder == nullptr) {
            return Status::invalid_argument(fmt::format(
                "{}: built from vectors, not text: query it with --vector or --queries", index));
        }
        TEMBLOR_ASSIGN_OR_RETURN(query, encoder->encode_query(*text));
    } else {
        TEMBLOR_ASSIGN_OR_RETURN(auto parsed, parse_query_vector(*vector, segment.vocabulary()));
        if (parsed.unknown_tokens > 0) {
            warn(fmt::format("{} tokens of the query are not in the index", parsed.unknown_tokens));
        }
        query = std::move(parsed.vector);
    }
    SearchScratch scratch(segment);
    TimedSearch timed;
    TEMBLOR_RETURN_IF_ERROR(timed_search(searcher, query.view(), parameters, scratch, timed));
    if (text) drop_unrelated(timed.result.hits);
    TEMBLOR_ASSIGN_OR_RETURN(const auto hits,
                             look_up(segment, query.view(), timed.result.hits, explained));
    if (as_json) return print_json(answer_json(hits, timed.result.counters, timed.took_us));
    return show(hits, timed, segment.rows());
}

Outcome SearchCommand::run_file(Searcher& searcher, const SearchParameters& parameters,
                                const TextEncoder* encoder) const {
    const Segment& segment = searcher.segment();
    TerminalProgress progress;
    TEMBLOR_ASSIGN_OR_RETURN(
        const QuerySet set,
        read_queries(*queries, query_ids, std::nullopt, segment.vocabulary(), encoder, progress));
    progress.clear();
    SearchScratch scratch(segment);
    TimedSearch timed;
    for (uint64_t q = 0; q < set.vectors.rows() && !output_closed(); ++q) {
        if (interrupted()) return Status::cancelled("interrupted");
        const SparseVectorView query = set.vectors.row(q);
        TEMBLOR_RETURN_IF_ERROR(timed_search(searcher, query, parameters, scratch, timed));
        if (encoder != nullptr) drop_unrelated(timed.result.hits);
        const std::string query_id = set.ids.id_string(q);
        if (as_json) {
            TEMBLOR_ASSIGN_OR_RETURN(const auto hits,
                                     look_up(segment, query, timed.result.hits, explained));
            json::object line;
            line["query"] = query_id;
            for (auto& member : answer_json(hits, timed.result.counters, timed.took_us))
                line[member.key()] = member.value();
            TEMBLOR_RETURN_IF_ERROR(print_json(line));
            continue;
        }
        TEMBLOR_RETURN_IF_ERROR(print(run_lines(query_id, segment.ids(), timed.result.hits)));
    }
    return {};
}

}  // namespace

void add_search(CLI::App& app, Action& action) {
    auto command = std::make_shared<SearchCommand>();
    CLI::App* verb = app.add_subcommand("search", "Searches an index and shows the best documents");
    verb->add_option("--index", command->index, "Segment file")->required();
    auto* query = verb->add_option_group("Query", "One of these");
    query->add_option("--text", command->text, "Words, for an index built from text");
    query->add_option("--vector", command->vector,
                      "{\"token\": weight, ...} or {\"indices\": [...], \"values\": [...]}; for "
                      "dense vectors [number, ...]");
    CLI::Option* file = query->add_option("--queries", command->queries,
                                          "File of queries; prints a TREC run, with --json a line "
                                          "a query");
    query->require_option(1);
    verb->add_option("--query-ids", command->query_ids, "Ids of the queries, one a line")
        ->needs(file);
    command->model.add_to(*verb);
    command->flags.add_to(*verb);
    command->dense.add_to(*verb);
    verb->add_flag("--explain", command->explained, "Show each component's share of the score");
    verb->add_flag("--json", command->as_json, "Print JSON");
    verb->footer(
        "Examples:\n"
        "  temblor search --index text.tbl --text \"statin and breast cancer\" --k 10 --explain\n"
        "  temblor search --index nf.tbl --vector '{\"indices\": [2003, 7592], \"values\": [1.2, "
        "0.4]}'\n"
        "  temblor search --index splade.tbl --encoder models/splade --text \"statins\"\n"
        "  temblor search --index nf.tbl --queries q.csr --query-ids q.ids --recall 0.97 > "
        "run.trec\n"
        "  temblor search --index dense.tbl --queries q.npy --ef 100 --json");
    verb->callback([&action, command] { action = [command] { return command->run(); }; });
}

}  // namespace temblor::cli
