#include "index/collection/snapshot.h"

#include <memory>
#include <string>

#include <CLI/App.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include "cli/command.h"
#include "cli/data_folder.h"
#include "cli/human_text.h"
#include "cli/output.h"
#include "cli/terminal_progress.h"

namespace temblor::cli {
namespace {

struct SnapshotCommand {
    std::string data;
    std::string name;
    std::string output;
    bool as_json = false;
};

Outcome run(const SnapshotCommand& command) {
    TEMBLOR_ASSIGN_OR_RETURN(const auto store, open_store(command.data));
    TEMBLOR_ASSIGN_OR_RETURN(const auto collection, store->collection(command.name));
    TerminalProgress progress;
    TEMBLOR_RETURN_IF_ERROR(collection->snapshot(command.output, progress));
    progress.clear();
    TEMBLOR_ASSIGN_OR_RETURN(const auto manifest, read_snapshot_manifest(command.output));
    TEMBLOR_ASSIGN_OR_RETURN(const FileInfo file, posix_file_system().info(command.output));
    if (!command.as_json) {
        return print(fmt::format("{}: {} points, {}\n", command.output, manifest.points,
                                 human_bytes(file.bytes)));
    }
    boost::json::object answer;
    answer["points"] = manifest.points;
    answer["last_ordinal"] = manifest.last_ordinal;
    answer["files"] = manifest.files.size();
    answer["bytes"] = file.bytes;
    return print_json(answer);
}

}  // namespace

void add_snapshot(CLI::App& app, Action& action) {
    auto command = std::make_shared<SnapshotCommand>();
    CLI::App* verb = app.add_subcommand("snapshot", "Saves a collection as one archive");
    verb->add_option("--data", command->data, "Folder of collections")->required();
    verb->add_option("--collection", command->name, "Its name or an alias")->required();
    verb->add_option("--output", command->output, "The tar file to write")->required();
    verb->add_flag("--json", command->as_json, "Print one JSON object");
    verb->footer(
        "The file appears whole or not at all, in place of an older one.\n"
        "Example:\n  temblor snapshot --data data --collection docs --output docs.tar");
    verb->callback([&action, command] { action = [command] { return run(*command); }; });
}

}  // namespace temblor::cli
