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

struct CheckCommand {
    std::string data;
    std::string name;
    bool as_json = false;
};

Outcome run(const CheckCommand& command) {
    TEMBLOR_ASSIGN_OR_RETURN(const auto store, open_store(command.data));
    TEMBLOR_ASSIGN_OR_RETURN(const auto chosen, chosen_collections(*store, command.name));
    TerminalProgress progress;
    json::array reports;
    std::string lines;
    size_t count = 0;
    for (const StoredCollection& stored : chosen) {
        TEMBLOR_ASSIGN_OR_RETURN(const auto findings, check_collection(stored, progress));
        count += findings.size();
        for (const std::string& what : findings)
            lines += fmt::format("{}: {}\n", stored.name, what);
        json::object report;
        report["name"] = stored.name;
        report["findings"] = json::array(findings.begin(), findings.end());
        reports.push_back(std::move(report));
    }
    progress.clear();
    json::object answer;
    answer["findings"] = count;
    answer["collections"] = std::move(reports);
    TEMBLOR_RETURN_IF_ERROR(command.as_json ? print_json(answer)
                                            : print(count == 0 ? "ok\n" : lines));
    if (count == 0) return {};
    return Status::corruption(
        fmt::format("{} finding{}: `temblor repair --data {}` rebuilds what can be rebuilt", count,
                    count == 1 ? "" : "s", command.data));
}

}  // namespace

void add_check(CLI::App& app, Action& action) {
    auto command = std::make_shared<CheckCommand>();
    CLI::App* verb = app.add_subcommand("check", "Checks every byte of collections");
    verb->add_option("--data", command->data, "Folder of collections")->required();
    verb->add_option("--collection", command->name, "Only this one");
    verb->add_flag("--json", command->as_json, "Print one JSON object");
    verb->footer(
        "Prints ok, or a line for each finding and exits with 5. Damaged segments are set aside;\n"
        "`temblor repair`, or the next opening by a server, rebuilds them.\n"
        "Example:\n  temblor check --data data --collection docs");
    verb->callback([&action, command] { action = [command] { return run(*command); }; });
}

}  // namespace temblor::cli
