#include <algorithm>
#include <memory>
#include <string>

#include <CLI/App.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include "cli/calibration_report.h"
#include "cli/command.h"
#include "cli/dense_index_stats.h"
#include "cli/human_text.h"
#include "cli/output.h"
#include "cli/parameters_json.h"
#include "cli/section_report.h"
#include "index/dense/dense_segment.h"
#include "index/segment.h"

namespace temblor::cli {
namespace {

namespace json = boost::json;

struct ListTotals {
    uint64_t lists = 0;  ///< not empty
    uint64_t longest = 0;
    uint64_t summary_entries = 0;
};

ListTotals list_totals(const BlockedLists& lists) {
    ListTotals totals;
    for (uint32_t list = 0; list < lists.size(); ++list) {
        const ListRecord& record = lists.record(list);
        if (record.postings > 0) ++totals.lists;
        totals.longest = std::max<uint64_t>(totals.longest, record.postings);
        totals.summary_entries += record.entries;
    }
    return totals;
}

json::object to_json(const Segment& segment) {
    const ListTotals totals = list_totals(segment.lists());
    json::object object;
    object["documents"] = segment.rows();
    object["dim"] = segment.dim();
    object["nnz"] = segment.nnz();
    object["bytes"] = segment.file_bytes();
    object["lists"] = totals.lists;
    object["longest_list"] = totals.longest;
    object["postings"] = segment.lists().total_postings();
    object["blocks"] = segment.lists().total_blocks();
    object["summary_entries"] = totals.summary_entries;
    object["ids"] = id_kind_name(segment.ids().kind());
    object["vocabulary"] = segment.vocabulary().size();
    object["payloads"] = segment.payloads().count();
    object["text_encoder"] = !segment.encoder().config_json.empty();
    object["parameters"] = parameters_json(segment.parameters());
    object["sections"] = section_json(segment.sections());
    object["calibration"] = calibration_json(segment.calibration());
    return object;
}

std::string to_text(const Segment& segment) {
    const ListTotals totals = list_totals(segment.lists());
    const BuildParameters& p = segment.parameters();
    const auto rows = static_cast<double>(std::max<uint64_t>(segment.rows(), 1));
    std::string out = fmt::format(
        "{}: {}, {:.1f} bytes a document\n"
        "documents   {} of dimension {}, {} entries ({:.1f} each), ids: {}\n"
        "lists       {}, the longest {} postings\n"
        "postings    {}\n"
        "blocks      {}, {} summary entries\n"
        "vocabulary  {} tokens{}\n"
        "payloads    {}\n"
        "parameters  pruning {}, n_postings {}, max_fraction {}, centroid_fraction {},\n"
        "            summary_energy {}, min_cluster_size {}, doc_cut {}, forward {}, seed {}\n",
        segment.path(), human_bytes(segment.file_bytes()),
        static_cast<double>(segment.file_bytes()) / rows, segment.rows(), segment.dim(),
        segment.nnz(), static_cast<double>(segment.nnz()) / rows,
        id_kind_name(segment.ids().kind()), totals.lists, totals.longest,
        segment.lists().total_postings(), segment.lists().total_blocks(), totals.summary_entries,
        segment.vocabulary().size(),
        segment.encoder().config_json.empty() ? "" : ", encoder " + segment.encoder().config_json,
        segment.payloads().count(), p.pruning == PruningKind::kFixedSize ? "fixed" : "global",
        p.n_postings, p.max_fraction, p.centroid_fraction, p.summary_energy, p.min_cluster_size,
        p.doc_cut, forward_kind_name(p.forward), p.seed);
    out += "sections\n" + section_table(segment.sections(), segment.file_bytes());
    if (segment.calibration().empty()) return out + "calibration none (`temblor calibrate`)\n";
    return out + "calibration\n" + calibration_table(segment.calibration());
}

}  // namespace

void add_stats(CLI::App& app, Action& action) {
    struct StatsCommand {
        std::string index;
        bool as_json = false;
    };
    auto command = std::make_shared<StatsCommand>();
    CLI::App* verb = app.add_subcommand("stats", "Shows an index's sizes, parameters, calibration");
    verb->add_option("--index", command->index, "Segment file")->required();
    verb->add_flag("--json", command->as_json, "Print one JSON object");
    verb->footer(
        "Examples:\n"
        "  temblor stats --index nf.tbl\n"
        "  temblor stats --index dense.tbl --json");
    verb->callback([&action, command] {
        action = [command]() -> Outcome {
            if (is_dense_segment(command->index))
                return dense_stats(command->index, command->as_json);
            TEMBLOR_ASSIGN_OR_RETURN(const auto segment, Segment::open(command->index));
            return command->as_json ? print_json(to_json(*segment)) : print(to_text(*segment));
        };
    });
}

}  // namespace temblor::cli
