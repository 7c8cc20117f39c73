#include <memory>
#include <string>

#include <CLI/App.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include "cli/command.h"
#include "cli/data_folder.h"
#include "cli/human_text.h"
#include "cli/output.h"
#include "cli/schema_flags.h"

namespace temblor::cli {
namespace {

namespace json = boost::json;

constexpr size_t kNameColumns = 32;

struct CollectionCommand {
    std::string data;
    std::string name;
    SchemaFlags schema;
    bool as_json = false;
};

json::object to_json(const StoredCollection& stored, bool in_full) {
    json::object object;
    object["name"] = stored.name;
    object["aliases"] = json::array(stored.aliases.begin(), stored.aliases.end());
    object["folder"] = stored.folder;
    if (stored.collection == nullptr) {
        object["error"] = stored.error.message();
        return object;
    }
    const CollectionStats stats = stored.collection->stats();
    object["points"] = stats.points;
    object["segments"] = stats.segments;
    object["bytes"] = stats.segment_bytes + stats.database_bytes;
    if (!in_full) return object;
    object["segment_bytes"] = stats.segment_bytes;
    object["database_bytes"] = stats.database_bytes;
    object["dead_rows"] = stats.dead_rows;
    object["memtable_points"] = stats.memtable_points;
    object["unindexed_points"] = stats.unindexed_points;
    object["last_ordinal"] = stats.last_ordinal;
    object["damaged"] = json::array(stats.damaged.begin(), stats.damaged.end());
    object["schema"] = json::parse(stored.collection->version()->schema->to_json());
    return object;
}

std::string list_line(const StoredCollection& stored) {
    const std::string name = fit_columns(stored.name, kNameColumns);
    if (stored.collection == nullptr)
        return fmt::format("{:<{}}  damaged: {}\n", name, kNameColumns, stored.error.message());
    const CollectionStats stats = stored.collection->stats();
    return fmt::format("{:<{}}  {:>9} points  {:>9}  {}\n", name, kNameColumns,
                       human_count(static_cast<double>(stats.points)),
                       human_bytes(stats.segment_bytes + stats.database_bytes),
                       fmt::join(stored.aliases, ", "));
}

std::string info_text(const StoredCollection& stored) {
    const CollectionStats stats = stored.collection->stats();
    std::string out = fmt::format(
        "{}\n"
        "aliases    {}\n"
        "folder     {}\n"
        "points     {}, {} in memory, {} in no segment\n"
        "segments   {}, {}, {} dead rows\n"
        "database   {}\n"
        "schema     {}\n",
        fit_columns(stored.name, 80),
        stored.aliases.empty() ? "none" : fmt::format("{}", fmt::join(stored.aliases, ", ")),
        stored.folder, stats.points, stats.memtable_points, stats.unindexed_points, stats.segments,
        human_bytes(stats.segment_bytes), stats.dead_rows, human_bytes(stats.database_bytes),
        stored.collection->version()->schema->to_json());
    for (const std::string& what : stats.damaged) out += fmt::format("damaged    {}\n", what);
    return out;
}

Outcome create(const CollectionCommand& command) {
    TEMBLOR_ASSIGN_OR_RETURN(const Schema schema, command.schema.resolve());
    TEMBLOR_ASSIGN_OR_RETURN(const auto store, Store::open(command.data, command_store_options()));
    TEMBLOR_ASSIGN_OR_RETURN(const auto made, store->create_collection(command.name, schema));
    return Status::ok();
}

Outcome drop(const CollectionCommand& command) {
    TEMBLOR_ASSIGN_OR_RETURN(const auto store, open_store(command.data));
    return store->drop_collection(command.name);
}

Outcome list(const CollectionCommand& command) {
    TEMBLOR_ASSIGN_OR_RETURN(const auto store, open_store(command.data));
    json::array all;
    std::string lines;
    for (const StoredCollection& stored : store->collections()) {
        if (command.as_json) {
            all.push_back(to_json(stored, false));
        } else {
            lines += list_line(stored);
        }
    }
    if (!command.as_json) return print(lines);
    json::object answer;
    answer["collections"] = std::move(all);
    return print_json(answer);
}

Outcome info(const CollectionCommand& command) {
    TEMBLOR_ASSIGN_OR_RETURN(const auto store, open_store(command.data));
    TEMBLOR_ASSIGN_OR_RETURN(const auto chosen, chosen_collections(*store, command.name));
    const StoredCollection& stored = chosen.front();
    if (!stored.error.is_ok()) return stored.error;
    return command.as_json ? print_json(to_json(stored, true)) : print(info_text(stored));
}

}  // namespace

void add_collection(CLI::App& app, Action& action) {
    auto command = std::make_shared<CollectionCommand>();
    CLI::App* verb = app.add_subcommand("collection", "Creates, lists, shows, drops collections");
    verb->require_subcommand(1);
    const auto add = [&](const char* name, const char* what,
                         Outcome (*run)(const CollectionCommand&)) {
        CLI::App* sub = verb->add_subcommand(name, what);
        sub->add_option("--data", command->data, "Folder of collections")->required();
        sub->callback(
            [&action, command, run] { action = [command, run] { return run(*command); }; });
        return sub;
    };
    const auto add_name = [&](CLI::App* sub) {
        sub->add_option("--name", command->name, "Name of the collection")->required();
    };
    const auto add_json = [&](CLI::App* sub) {
        sub->add_flag("--json", command->as_json, "Print one JSON object");
    };
    CLI::App* create_verb = add("create", "Creates a collection; also the folder", create);
    add_name(create_verb);
    command->schema.add_to(*create_verb);
    create_verb->footer(
        "Exits with 3 when the name is taken.\n"
        "Examples:\n"
        "  temblor collection create --data data --name docs --sparse text --dense "
        "title:384:cosine --index price:integer lang:keyword\n"
        "  temblor collection create --data data --name docs --schema schema.json");
    CLI::App* list_verb = add("list", "Lists the collections, with those that do not open", list);
    add_json(list_verb);
    list_verb->footer("Example:\n  temblor collection list --data data");
    CLI::App* info_verb = add("info", "Shows a collection's schema and sizes", info);
    add_name(info_verb);
    add_json(info_verb);
    info_verb->footer(
        "Exits with 4 when there is none of this name, 5 when it is damaged.\n"
        "Example:\n  temblor collection info --data data --name docs --json");
    CLI::App* drop_verb = add("drop", "Removes a collection, its files and its aliases", drop);
    add_name(drop_verb);
    drop_verb->footer(
        "Exits with 4 when there is none of this name.\n"
        "Example:\n  temblor collection drop --data data --name docs");
    verb->footer(
        "Example:\n  temblor collection list --data data\n"
        "One process at a time works on a data folder; a second exits with 6.");
}

}  // namespace temblor::cli
