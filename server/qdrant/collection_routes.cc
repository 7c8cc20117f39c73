#include "server/qdrant/collection_routes.h"

#include <array>

#include "server/qdrant/collection_config.h"
#include "server/qdrant/write_routes.h"
#include "server/request_json.h"

namespace temblor {
namespace {

namespace dom = simdjson::dom;

/// A member of `body` that is a name.
Result<std::string> read_name(const OptionalElement& value, const JsonPlace& place) {
    TEMBLOR_ASSIGN_OR_RETURN(const dom::element element, needed(value, place));
    return read_text(element, place, {});
}

Result<AliasChange> read_alias_change(dom::element action, const JsonPlace& place) {
    static constexpr std::array<std::string_view, 3> kActions = {"create_alias", "delete_alias",
                                                                 "rename_alias"};
    TEMBLOR_ASSIGN_OR_RETURN(const auto actions, read_members(action, place, kActions));
    size_t chosen = kActions.size();
    for (size_t i = 0; i < actions.size(); ++i) {
        if (!actions[i]) continue;
        if (chosen != kActions.size()) return place.wrong("expected one action");
        chosen = i;
    }
    if (chosen == kActions.size())
        return place.wrong("expected create_alias, delete_alias or rename_alias");
    const JsonPlace inner(place, kActions[chosen]);
    if (chosen == 0) {
        static constexpr std::array<std::string_view, 2> kNames = {"collection_name", "alias_name"};
        TEMBLOR_ASSIGN_OR_RETURN(const auto names, read_members(*actions[0], inner, kNames));
        SetAlias set;
        TEMBLOR_ASSIGN_OR_RETURN(set.collection, read_name(names[0], {inner, kNames[0]}));
        TEMBLOR_ASSIGN_OR_RETURN(set.alias, read_name(names[1], {inner, kNames[1]}));
        return AliasChange(set);
    }
    if (chosen == 1) {
        static constexpr std::array<std::string_view, 1> kNames = {"alias_name"};
        TEMBLOR_ASSIGN_OR_RETURN(const auto names, read_members(*actions[1], inner, kNames));
        DeleteAlias remove;
        TEMBLOR_ASSIGN_OR_RETURN(remove.alias, read_name(names[0], {inner, kNames[0]}));
        return AliasChange(remove);
    }
    static constexpr std::array<std::string_view, 2> kNames = {"old_alias_name", "new_alias_name"};
    TEMBLOR_ASSIGN_OR_RETURN(const auto names, read_members(*actions[2], inner, kNames));
    RenameAlias rename;
    TEMBLOR_ASSIGN_OR_RETURN(rename.from, read_name(names[0], {inner, kNames[0]}));
    TEMBLOR_ASSIGN_OR_RETURN(rename.to, read_name(names[1], {inner, kNames[1]}));
    return AliasChange(rename);
}

void write_aliases(const std::vector<std::pair<std::string, std::string>>& aliases,
                   JsonWriter& result) {
    result.begin_object().key("aliases").begin_array();
    for (const auto& [alias, collection] : aliases) {
        result.begin_object().member("alias_name", alias);
        result.member("collection_name", collection).end_object();
    }
    result.end_array().end_object();
}

}  // namespace

Status list_collections(Service& service, HttpRequest&, JsonWriter& result) {
    result.begin_object().key("collections").begin_array();
    for (const StoredCollection& stored : service.store().collections())
        result.begin_object().member("name", stored.name).end_object();
    result.end_array().end_object();
    return Status::ok();
}

Status collection_exists(Service& service, HttpRequest& request, JsonWriter& result) {
    const auto found = route_collection(service, request);
    const bool exists = found.is_ok() || found.status().code() != StatusCode::kNotFound;
    result.begin_object().member("exists", exists).end_object();
    return Status::ok();
}

Status get_collection(Service& service, HttpRequest& request, JsonWriter& result) {
    TEMBLOR_ASSIGN_OR_RETURN(const auto collection, route_collection(service, request));
    write_collection_info(*collection, result);
    return Status::ok();
}

Status create_collection(Service& service, HttpRequest& request, JsonWriter& result) {
    TEMBLOR_ASSIGN_OR_RETURN(const dom::element body, parse_body(request, service.limits()));
    TEMBLOR_ASSIGN_OR_RETURN(const Schema schema, read_collection_config(body));
    TEMBLOR_ASSIGN_OR_RETURN(const auto made,
                             service.store().create_collection(request.parameters.front(), schema));
    result.boolean(true);
    return Status::ok();
}

Status update_collection(Service& service, HttpRequest& request, JsonWriter& result) {
    static constexpr std::array<std::string_view, 8> kNames = {
        "optimizers_config",   "hnsw_config",   "params",
        "quantization_config", "vectors",       "metadata",
        "strict_mode_config",  "sparse_vectors"};
    TEMBLOR_ASSIGN_OR_RETURN(const auto collection, route_collection(service, request));
    TEMBLOR_ASSIGN_OR_RETURN(const dom::element body, parse_body(request, service.limits()));
    const JsonPlace place("body");
    TEMBLOR_ASSIGN_OR_RETURN(const auto members, read_members(body, place, kNames));
    // They steer machinery that is not here; nothing of them could change an answer.
    for (size_t i = 0; i < kNames.size(); ++i)
        TEMBLOR_RETURN_IF_ERROR(check_object(members[i], {place, kNames[i]}));
    result.boolean(true);
    return Status::ok();
}

Status drop_collection(Service& service, HttpRequest& request, JsonWriter& result) {
    Status status = service.store().drop_collection(request.parameters.front());
    if (!status.is_ok() && status.code() != StatusCode::kNotFound) return status;
    result.boolean(status.is_ok());
    return Status::ok();
}

Status create_index(Service& service, HttpRequest& request, JsonWriter& result) {
    static constexpr std::array<std::string_view, 2> kNames = {"field_name", "field_schema"};
    TEMBLOR_ASSIGN_OR_RETURN(const auto collection, route_collection(service, request));
    TEMBLOR_ASSIGN_OR_RETURN(const dom::element body, parse_body(request, service.limits()));
    const JsonPlace place("body");
    TEMBLOR_ASSIGN_OR_RETURN(const auto members, read_members(body, place, kNames));
    TEMBLOR_ASSIGN_OR_RETURN(const std::string key, read_name(members[0], {place, kNames[0]}));
    const JsonPlace schema(place, kNames[1]);
    TEMBLOR_ASSIGN_OR_RETURN(const dom::element type, needed(members[1], schema));
    TEMBLOR_ASSIGN_OR_RETURN(const PayloadType payload_type, read_index_type(type, schema));
    // Not cancelled by a client that goes: many wait less long than it takes.
    auto task = service.tasks().begin("index", request.parameters.front());
    TEMBLOR_RETURN_IF_ERROR(task.end(collection->create_payload_index(key, payload_type, task)));
    write_receipt(request, collection->stats().last_ordinal, result);
    return Status::ok();
}

Status drop_index(Service& service, HttpRequest& request, JsonWriter& result) {
    TEMBLOR_ASSIGN_OR_RETURN(const auto collection, route_collection(service, request));
    Status status = collection->drop_payload_index(request.parameters[1]);
    if (!status.is_ok() && status.code() != StatusCode::kNotFound) return status;
    write_receipt(request, collection->stats().last_ordinal, result);
    return Status::ok();
}

Status change_aliases(Service& service, HttpRequest& request, JsonWriter& result) {
    static constexpr std::array<std::string_view, 1> kNames = {"actions"};
    TEMBLOR_ASSIGN_OR_RETURN(const dom::element body, parse_body(request, service.limits()));
    const JsonPlace place("body");
    TEMBLOR_ASSIGN_OR_RETURN(const auto members, read_members(body, place, kNames));
    const JsonPlace actions(place, "actions");
    TEMBLOR_ASSIGN_OR_RETURN(const dom::element list, needed(members[0], actions));
    dom::array array;
    if (list.get_array().get(array) != simdjson::SUCCESS) return actions.expected("an array", list);
    if (array.size() > service.limits().batch)
        return actions.wrong("expected at most " + std::to_string(service.limits().batch));
    std::vector<AliasChange> changes;
    for (const dom::element action : array) {
        const JsonPlace one(actions, changes.size());
        TEMBLOR_ASSIGN_OR_RETURN(AliasChange change, read_alias_change(action, one));
        changes.push_back(std::move(change));
    }
    TEMBLOR_RETURN_IF_ERROR(service.store().change_aliases(changes));
    result.boolean(true);
    return Status::ok();
}

Status list_aliases(Service& service, HttpRequest&, JsonWriter& result) {
    write_aliases(service.store().aliases(), result);
    return Status::ok();
}

Status list_collection_aliases(Service& service, HttpRequest& request, JsonWriter& result) {
    TEMBLOR_ASSIGN_OR_RETURN(const auto collection, route_collection(service, request));
    std::vector<std::pair<std::string, std::string>> aliases;
    for (auto& [alias, name] : service.store().aliases()) {
        const auto of = service.store().collection(name);
        if (of.is_ok() && *of == collection) aliases.emplace_back(alias, name);
    }
    write_aliases(aliases, result);
    return Status::ok();
}

}  // namespace temblor
