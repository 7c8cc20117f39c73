#include <memory>
#include <string>

#include <CLI/App.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include "cli/command.h"
#include "cli/data_folder.h"
#include "cli/output.h"
#include "cli/terminal_progress.h"

namespace temblor::cli {
namespace {

struct RestoreCommand {
    std::string data;
    std::string name;
    std::string input;
    bool as_json = false;
};

Outcome run(const RestoreCommand& command) {
    TEMBLOR_ASSIGN_OR_RETURN(const bool is_there, posix_file_system().exists(command.input));
    if (!is_there) return Status::not_found(command.input + ": no such file");
    TEMBLOR_ASSIGN_OR_RETURN(const auto store, Store::open(command.data, command_store_options()));
    TerminalProgress progress;
    TEMBLOR_ASSIGN_OR_RETURN(const auto collection,
                             store->restore_collection(command.name, command.input, progress));
    progress.clear();
    const CollectionStats stats = collection->stats();
    if (!command.as_json)
        return print(fmt::format("{}: {} points restored\n", command.name, stats.points));
    boost::json::object answer;
    answer["points"] = stats.points;
    answer["last_ordinal"] = stats.last_ordinal;
    answer["unindexed_points"] = stats.unindexed_points;
    return print_json(answer);
}

}  // namespace

void add_restore(CLI::App& app, Action& action) {
    auto command = std::make_shared<RestoreCommand>();
    CLI::App* verb = app.add_subcommand("restore", "Makes a collection from a snapshot");
    verb->add_option("--data", command->data, "Folder of collections; made if missing")->required();
    verb->add_option("--collection", command->name, "Name of the new collection")->required();
    verb->add_option("--input", command->input, "Snapshot file")->required();
    verb->add_flag("--json", command->as_json, "Print one JSON object");
    verb->footer(
        "Everything is checked first: a damaged snapshot exits with 5, names the member and "
        "leaves\n"
        "nothing. Exits with 3 when the name is taken.\n"
        "Example:\n  temblor restore --data data --collection docs --input docs.tar");
    verb->callback([&action, command] { action = [command] { return run(*command); }; });
}

}  // namespace temblor::cli
