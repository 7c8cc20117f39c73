#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <CLI/App.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include "cli/command.h"
#include "cli/data_folder.h"
#include "cli/output.h"

namespace temblor::cli {
namespace {

/// An option of the command line, as it was given.
struct Given {
    std::string option;
    std::string value;
};

struct AliasCommand {
    std::string data;
    std::vector<std::string> set;
    std::vector<std::string> drop;
    std::vector<std::string> rename;
    std::vector<Given> given;  ///< all of these, in the order of the command line
    bool as_json = false;
};

/// "A=B" of a flag. The first '=' counts.
Result<std::pair<std::string, std::string>> parts(const Given& given, const char* form) {
    const size_t at = given.value.find('=');
    if (at == std::string::npos || at == 0 || at + 1 == given.value.size()) {
        return Status::invalid_argument(
            fmt::format("{}: expected {}, got '{}'", given.option, form, given.value));
    }
    return std::pair(given.value.substr(0, at), given.value.substr(at + 1));
}

Result<AliasChange> change_of(const Given& given) {
    if (given.option == "--delete") return AliasChange(DeleteAlias{given.value});
    if (given.option == "--set") {
        TEMBLOR_ASSIGN_OR_RETURN(auto both, parts(given, "ALIAS=COLLECTION"));
        return AliasChange(SetAlias{std::move(both.first), std::move(both.second)});
    }
    TEMBLOR_ASSIGN_OR_RETURN(auto both, parts(given, "FROM=TO"));
    return AliasChange(RenameAlias{std::move(both.first), std::move(both.second)});
}

Outcome run(const AliasCommand& command) {
    std::vector<AliasChange> changes;
    for (const Given& given : command.given) {
        auto change = change_of(given);
        if (!change.is_ok()) return Outcome::usage(change.status().message());
        changes.push_back(std::move(*change));
    }
    TEMBLOR_ASSIGN_OR_RETURN(const auto store, open_store(command.data));
    if (!changes.empty()) TEMBLOR_RETURN_IF_ERROR(store->change_aliases(changes));
    if (!command.as_json && !changes.empty()) return Status::ok();
    std::string lines;
    boost::json::array all;
    for (const auto& [alias, collection] : store->aliases()) {
        lines += fmt::format("{}={}\n", alias, collection);
        all.push_back(boost::json::object{{"alias", alias}, {"collection", collection}});
    }
    if (!command.as_json) return print(lines);
    return print_json(boost::json::object{{"aliases", std::move(all)}});
}

}  // namespace

void add_alias(CLI::App& app, Action& action) {
    auto command = std::make_shared<AliasCommand>();
    CLI::App* verb = app.add_subcommand("alias", "Changes aliases of collections, all together");
    verb->add_option("--data", command->data, "Folder of collections")->required();
    const auto add = [&](const char* name, std::vector<std::string>& values, const char* what) {
        verb->add_option(name, values, what)->expected(1)->take_all();
    };
    add("--set", command->set, "ALIAS=COLLECTION: the alias becomes a name of the collection");
    add("--delete", command->drop, "An alias that goes");
    add("--rename", command->rename, "FROM=TO: the alias gets another name");
    verb->add_flag("--json", command->as_json, "Print all aliases as they are then, as JSON");
    verb->footer(
        "The changes are made in the order they are given, all or none. Without changes the\n"
        "aliases are listed.\n"
        "Exits with 3 when a name is taken, 4 when an alias or a collection is not there.\n"
        "Example:\n  temblor alias --data data --set docs=docs-2 --delete old");
    verb->callback([&action, command, verb] {
        const std::vector<std::pair<std::string, std::vector<std::string>*>> lists{
            {"--set", &command->set}, {"--delete", &command->drop}, {"--rename", &command->rename}};
        std::vector<size_t> taken(lists.size());
        for (const CLI::Option* option : verb->parse_order()) {
            for (size_t i = 0; i < lists.size(); ++i) {
                const auto& [name, values] = lists[i];
                if (option->get_name() != name || taken[i] == values->size()) continue;
                command->given.push_back({name, (*values)[taken[i]++]});
            }
        }
        action = [command] { return run(*command); };
    });
}

}  // namespace temblor::cli
