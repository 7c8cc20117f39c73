#include "cli/calibration_report.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include "cli/output.h"

namespace temblor::cli {

std::string calibration_table(std::span<const CalibrationFrontier> frontiers) {
    std::string out;
    for (const CalibrationFrontier& frontier : frontiers) {
        out += fmt::format("k = {}, {} queries{}\n", frontier.k, frontier.queries,
                           frontier.from_documents ? " made from documents" : "");
        out += fmt::format("  {:>8}  {:>10}  {:>12}  {:>9}  {:>11}  {:>8}\n", "accuracy",
                           "documents", "summaries", "query_cut", "heap_factor", "patience");
        for (const CalibrationPoint& point : frontier.points) {
            out += fmt::format("  {:>8.4f}  {:>10.1f}  {:>12.1f}  {:>9}  {:>11.2f}  {:>8}\n",
                               point.accuracy, point.documents_scored, point.summary_entries,
                               point.query_cut, point.heap_factor, point.patience);
        }
    }
    return out;
}

boost::json::array calibration_json(std::span<const CalibrationFrontier> frontiers) {
    boost::json::array all;
    for (const CalibrationFrontier& frontier : frontiers) {
        boost::json::array points;
        for (const CalibrationPoint& point : frontier.points) {
            boost::json::object entry;
            entry["accuracy"] = as_printed(point.accuracy);
            entry["documents_scored"] = as_printed(point.documents_scored);
            entry["summary_entries"] = as_printed(point.summary_entries);
            entry["query_cut"] = point.query_cut;
            entry["heap_factor"] = as_printed(point.heap_factor);
            entry["patience"] = point.patience;
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
