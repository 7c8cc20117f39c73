#include <memory>
#include <string>

#include <CLI/App.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include "cli/collection_check.h"
#include "cli/command.h"
#include "cli/data_folder.h"
#include "cli/output.h"
#include "cli/terminal_progress.h"

namespace temblor::cli {
namespace {

namespace json = boost::json;

struct RepairCommand {
    std::string data;
    std::string name;
    bool force = false;
    bool as_json = false;

    Outcome run() const;

private:
    Result<std::unique_ptr<Store>> open() const;
    /// `left`: what could not be repaired.
    Result<json::object> repair(Store& store, const std::string& collection, Progress& progress,
                                std::vector<std::string>& left) const;
};

Result<std::unique_ptr<Store>> RepairCommand::open() const {
    auto opened = open_store(data);
    if (opened.is_ok() || !force || opened.status().code() == StatusCode::kNotFound) return opened;
    TEMBLOR_ASSIGN_OR_RETURN(const auto names,
                             Store::rebuild_catalog(data, command_store_options()));
    warn(
        fmt::format("{}: the catalog was made anew; aliases are lost, and dropped collections may "
                    "be back: {}",
                    data, fmt::join(names, ", ")));
    return open_store(data);
}

Result<json::object> RepairCommand::repair(Store& store, const std::string& collection,
                                           Progress& progress,
                                           std::vector<std::string>& left) const {
    json::object report;
    report["name"] = collection;
    std::vector<std::string> findings;
    bool rebuildable = true;
    {
        TEMBLOR_ASSIGN_OR_RETURN(const auto chosen, chosen_collections(store, collection));
        TEMBLOR_ASSIGN_OR_RETURN(findings, check_collection(chosen.front(), progress));
        const auto& held = chosen.front().collection;
        // The check stops at a damaged database, everything else it has set aside.
        std::vector<std::string> again;
        rebuildable = held != nullptr && held->check(progress, again).is_ok();
    }
    report["findings"] = json::array(findings.begin(), findings.end());
    if (!rebuildable && !force) {
        left = std::move(findings);
        return report;
    }
    if (!rebuildable) {
        TEMBLOR_ASSIGN_OR_RETURN(const SalvageReport salvaged,
                                 store.salvage_collection(collection, progress));
        warn(
            fmt::format("collection \"{}\": its database was salvaged; points may be lost and "
                        "deleted ones back: {} are there, {} were dropped{}",
                        collection, salvaged.points, salvaged.dropped,
                        salvaged.schema_lost ? "; the schema is that of its creation" : ""));
        report["salvaged"] = true;
        report["dropped"] = salvaged.dropped;
    }
    TEMBLOR_ASSIGN_OR_RETURN(const auto repaired, store.collection(collection));
    progress.report("rebuilding", 0, 0);
    TEMBLOR_RETURN_IF_ERROR(repaired->optimize());
    TEMBLOR_RETURN_IF_ERROR(repaired->check(progress, left));
    report["points"] = repaired->stats().points;
    return report;
}

Outcome RepairCommand::run() const {
    TEMBLOR_ASSIGN_OR_RETURN(const auto store, open());
    std::vector<std::string> names;
    {
        TEMBLOR_ASSIGN_OR_RETURN(const auto chosen, chosen_collections(*store, name));
        for (const StoredCollection& stored : chosen) names.push_back(stored.name);
    }
    TerminalProgress progress;
    json::array reports;
    std::string lines;
    size_t count = 0;
    for (const std::string& collection : names) {
        std::vector<std::string> left;
        TEMBLOR_ASSIGN_OR_RETURN(json::object report, repair(*store, collection, progress, left));
        const size_t findings = report.at("findings").as_array().size();
        for (const std::string& what : left) lines += fmt::format("{}: {}\n", collection, what);
        if (left.empty()) {
            lines += fmt::format("{}: {}\n", collection,
                                 findings == 0 && !report.contains("salvaged") ? "ok" : "repaired");
        }
        report["repaired"] = left.empty();
        count += left.size();
        reports.push_back(std::move(report));
    }
    progress.clear();
    json::object answer;
    answer["collections"] = std::move(reports);
    TEMBLOR_RETURN_IF_ERROR(as_json ? print_json(answer) : print(lines));
    if (count == 0) return {};
    return Status::corruption(fmt::format(
        "{} finding{} left{}", count, count == 1 ? "" : "s",
        force ? "" : ": a damaged database can only be salvaged, with loss: see --force"));
}

}  // namespace

void add_repair(CLI::App& app, Action& action) {
    auto command = std::make_shared<RepairCommand>();
    CLI::App* verb =
        app.add_subcommand("repair", "Rebuilds what is damaged of collections from their database");
    verb->add_option("--data", command->data, "Folder of collections")->required();
    verb->add_option("--collection", command->name, "Only this one");
    verb->add_flag("--force", command->force,
                   "Also salvage damaged databases and a damaged catalog: points may be lost");
    verb->add_flag("--json", command->as_json, "Print one JSON object");
    verb->footer(
        "Segments and payload indexes are rebuilt without loss. Exits with 5 when anything is "
        "left\n"
        "damaged. Make a copy of the folder before you use --force.\n"
        "Example:\n  temblor repair --data data --collection docs");
    verb->callback([&action, command] { action = [command] { return command->run(); }; });
}

}  // namespace temblor::cli
