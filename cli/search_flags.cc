#include "cli/search_flags.h"

#include <cmath>
#include <utility>

#include <CLI/App.hpp>
#include <CLI/Validators.hpp>
#include <fmt/format.h>

#include "cli/validators.h"

namespace temblor::cli {

void SearchFlags::add_to(CLI::App& app) {
    const std::string group = "Search";
    const SearchParameters defaults;
    app.add_option("--k", k, "Results for each query")
        ->check(at_least_one())
        ->capture_default_str()
        ->group(group);
    CLI::Option* cut =
        app.add_option(
               "--query-cut", query_cut,
               fmt::format("Lists that are walked: those of the query's heaviest components "
                           "[{}]",
                           defaults.query_cut))
            ->check(at_least_one())
            ->group(group);
    CLI::Option* factor =
        app.add_option("--heap-factor", heap_factor,
                       fmt::format("Skip a block whose summary scores below this times the k-th "
                                   "best score [{}]",
                                   defaults.heap_factor))
            ->group(group);
    CLI::Option* stop =
        app.add_option("--patience", patience,
                       fmt::format("Stop after this many documents in a row changed nothing; 0: "
                                   "never [{}]",
                                   defaults.patience))
            ->group(group);
    CLI::Option* exactly = app.add_flag("--exact", exact, "Search exactly")->group(group);
    CLI::Option* reach =
        app.add_option("--recall", recall,
                       "Cheapest calibrated setting that finds this share of the exact top k")
            ->check(CLI::Range(0.0, 1.0))
            ->group(group);
    for (CLI::Option* other : {cut, factor, stop}) {
        other->excludes(exactly);
        other->excludes(reach);
    }
    exactly->excludes(reach);
}

Outcome SearchFlags::refuse(const std::string& index) const {
    for (const auto& [name, given] : {std::pair("--query-cut", query_cut.has_value()),
                                      std::pair("--heap-factor", heap_factor.has_value()),
                                      std::pair("--patience", patience.has_value())}) {
        if (given) {
            return Outcome::usage(
                fmt::format("{} is about sparse vectors; {} holds dense ones", name, index));
        }
    }
    return {};
}

Outcome SearchFlags::resolve(const Segment& segment, SearchParameters& parameters) const {
    parameters = SearchParameters{};
    parameters.k = k;
    if (recall) {
        if (!(*recall > 0)) return Outcome::usage("--recall must be above 0");
        auto calibrated = parameters_for_recall(segment, k, *recall);
        if (calibrated.is_ok()) {
            parameters = *calibrated;
        } else if (calibrated.status().code() == StatusCode::kNotFound) {
            return Status::not_found(fmt::format(
                "{}: no calibration for --recall at k = {}; run `temblor calibrate --index {}`",
                segment.path(), k, segment.path()));
        } else {
            return std::move(calibrated).status();
        }
        parameters.k = k;
        return {};
    }
    parameters.exact = exact;
    if (query_cut) parameters.query_cut = *query_cut;
    if (heap_factor) parameters.heap_factor = static_cast<float>(*heap_factor);
    if (patience) parameters.patience = *patience;
    const Status valid = parameters.validate();
    return valid.is_ok() ? Outcome() : Outcome::usage(valid.message());
}

}  // namespace temblor::cli
