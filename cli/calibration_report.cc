#include "cli/calibration_report.h"

#include <string_view>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include "cli/output.h"

namespace temblor::cli {

CalibrationNames calibration_names(DenseIndexKind kind) {
    if (kind == DenseIndexKind::kHnsw) return {"ef", "", ""};
    return {"lists", "slack", "refine"};
}

std::string calibration_table(std::span<const CalibrationFrontier> frontiers,
                              const CalibrationNames& names) {
    const auto named = [](std::string_view name, const std::string& text) {
        return name.empty() ? std::string() : "  " + text;
    };
    std::string out;
    for (const CalibrationFrontier& frontier : frontiers) {
        out += fmt::format("k = {}, {} queries{}\n", frontier.k, frontier.queries,
                           frontier.from_documents ? " made from documents" : "");
        out += fmt::format("  {:>8}  {:>10}  {:>12}", "accuracy", "documents", "summaries");
        out += named(names.query_cut, fmt::format("{:>9}", names.query_cut));
        out += named(names.heap_factor, fmt::format("{:>11}", names.heap_factor));
        out += named(names.patience, fmt::format("{:>8}", names.patience)) + '\n';
        for (const CalibrationPoint& point : frontier.points) {
            out += fmt::format("  {:>8.4f}  {:>10.1f}  {:>12.1f}", point.accuracy,
                               point.documents_scored, point.summary_entries);
            out += named(names.query_cut, fmt::format("{:>9}", point.query_cut));
            out += named(names.heap_factor, fmt::format("{:>11.2f}", point.heap_factor));
            out += named(names.patience, fmt::format("{:>8}", point.patience)) + '\n';
        }
    }
    return out;
}

boost::json::array calibration_json(std::span<const CalibrationFrontier> frontiers,
                                    const CalibrationNames& names) {
    boost::json::array all;
    for (const CalibrationFrontier& frontier : frontiers) {
        boost::json::array points;
        for (const CalibrationPoint& point : frontier.points) {
            boost::json::object entry;
            entry["accuracy"] = as_printed(point.accuracy);
            entry["documents_scored"] = as_printed(point.documents_scored);
            entry["summary_entries"] = as_printed(point.summary_entries);
            const auto set = [&entry](std::string_view name, const boost::json::value& value) {
                if (!name.empty())
                    entry[boost::json::string_view(name.data(), name.size())] = value;
            };
            set(names.query_cut, point.query_cut);
            set(names.heap_factor, as_printed(point.heap_factor));
            set(names.patience, point.patience);
            points.push_back(std::move(entry));
        }
        boost::json::object object;
        object["k"] = frontier.k;
        object["queries"] = frontier.queries;
        object["from_documents"] = frontier.from_documents;
        object["points"] = std::move(points);
        all.push_back(std::move(object));
    }
    return all;
}

}  // namespace temblor::cli
